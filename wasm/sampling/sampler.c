/** Exports of the samplers. */
#include "sampling.h"

Request request;

static s32 is_level(void) { return (request.b == 0 && request.c == 0) || is_swapped(&request); }
static s32 is_bilinear(void) { return request.samples < fewest_nearest; }

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(#name)))

/** First byte after the module's own data: free for parts, outputs and scratch, up to the end of memory. */
extern u8 __heap_base;

EXPORT(heapBase) u32 heap_base(void) { return (u32)&__heap_base; }
EXPORT(request) u32 request_at(void) { return (u32)&request; }
#else
#define EXPORT(name)
u32 scratch_bytes(void);
void sample(const Pixel *part, f32 *out, void *scratch);
#endif

/** Bytes of scratch that the request needs. */
EXPORT(scratchBytes) u32 scratch_bytes(void) {
  if (is_level()) return is_bilinear() ? bilinear_level_scratch() : nearest_level_scratch();
  return is_bilinear() ? bilinear_scratch() : 0;
}

/** Fills the requested rows. */
EXPORT(sample) void sample(const Pixel *part, f32 *out, void *scratch) {
  if (is_bilinear()) is_level() ? bilinear_level(part, out, scratch) : bilinear(part, out, scratch);
  else is_level() ? nearest_level(part, out, scratch) : nearest(part, out);
}
