/**
 * TensorFlow.js with its gradients, on the CPU. The package's bundle for Node lacks them; its ES modules have them,
 * but import each other without ".js", which bundlers allow and Node does not.
 */
import "@tensorflow/tfjs-backend-cpu";
import { registerHooks } from "node:module";
import { env } from "@tensorflow/tfjs-core";

const hooks = registerHooks({
  resolve(specifier, context, next) {
    const within = context.parentURL?.includes("/@tensorflow/tfjs-core/dist/") && specifier.startsWith(".");
    return next(within && !specifier.endsWith(".js") ? `${specifier}.js` : specifier, context);
  },
});
// Both copies of the library store their engine and their gradients in the same global registry.
const gradients = "@tensorflow/tfjs-core/dist/register_all_gradients.js";
await import(/* @vite-ignore */ gradients);
hooks.deregister();
// TensorFlow.js would print an invitation to install another backend.
env().set("PROD", true);
