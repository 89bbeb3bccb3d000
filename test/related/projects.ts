/** The projects whose tests import what they test. The others start it as a program, or take minutes. */
export const quickProjects: readonly string[] = ["unit", "worker", "worker-onnxruntime"];
