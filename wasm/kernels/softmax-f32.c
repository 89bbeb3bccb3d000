/** Softmax of a vector. */
#include "../include/exponential.h"

KERNEL(softmax)
(const f32 *input, f32 *output, s32 count) {
  f32 most = input[0], sum = 0;
  for (s32 i = 1; i < count; i++) most = input[i] > most ? input[i] : most;
  for (s32 i = 0; i < count; i++) sum += output[i] = exponential(input[i] - most);
  for (s32 i = 0; i < count; i++) output[i] /= sum;
}
