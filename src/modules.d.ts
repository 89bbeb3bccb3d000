/** Files that the Worker's bundler imports as modules; wrangler.toml says by which rule. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "*.onnx" {
  const bytes: ArrayBuffer;
  export default bytes;
}

declare module "*.plan" {
  const bytes: ArrayBuffer;
  export default bytes;
}
