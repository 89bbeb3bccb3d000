/** Files that Vite gives tests in workerd as text. */
declare module "*?raw" {
  const text: string;
  export default text;
}
