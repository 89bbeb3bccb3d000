/** Projects whose tests import the code that they test. The others start it as a program, or take minutes. */
export const quickProjects: readonly string[] = ["unit", "worker", "worker-onnxruntime"];
