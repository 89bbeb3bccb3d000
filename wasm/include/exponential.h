/** The exponential function of numbers that are not positive. */
#ifndef SAMEFACE_EXPONENTIAL_H
#define SAMEFACE_EXPONENTIAL_H

#include "kernels.h"

/** e^x for x <= 0, within 2 units of the last place; 0 below -87. */
INLINE f32 exponential(f32 x) {
  if (!(x > -87.0f)) return 0;
  const s32 n = (s32)(x * 1.442695041f - 0.5f);
  const f32 r = (x - (f32)n * 0.693359375f) + (f32)n * 2.12194440e-4f;
  const f32 tail = ((((1.9875691500e-4f * r + 1.3981999507e-3f) * r + 8.3334519073e-3f) * r + 4.1665795894e-2f) * r +
                    1.6666665459e-1f) * r + 5.0000001201e-1f;
  union { s32 bits; f32 value; } power = {(n + 127) << 23};
  return (tail * r * r + r + 1.0f) * power.value;
}

#endif
