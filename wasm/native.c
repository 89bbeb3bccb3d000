/**
 * Runs kernels natively, each buffer alone in memory and exactly as long as it may be, so that sanitizers
 * see every step outside. Input: calls, each a kernel's number, a count of arguments, and arguments: a
 * kind (0 integer, 2 absent, 3 buffer), four bytes of value or length, and a buffer's bytes.
 * Output: the buffers of every call, as they are afterwards.
 */
#include <stdio.h>
#include <stdlib.h>

#include "kernels/simd.h"

#define F const f32 *
void interleave(F, f32 *, s32, s32, s32, s32, s32, s32);
void convolution(F, F, F, F, F, f32 *, s32, s32, s32, s32, s32, s32, s32, s32, s32, s32, s32);
void pointwiseWide(const s8 *, const s8 *, const s8 *, const s32 *, F, F, F, F, f32 *, s8 *, s8 *, F, const s32 *,
                   s32, s32, s32, s32, s32, s32, s32);
void depthwise(F, F, F, F, f32 *, s32, s32, s32, s32, s32, s32, s32, s32, s32, s32);
void depthwiseBlocked(F, F, F, F, s8 *, s8 *, F, const s32 *, s32, s32, s32, s32, s32, s32, s32, s32, s32, s32);
void maxPool(F, f32 *, s32, s32, s32, s32, s32, s32, s32);
void upsampleAdd(F, F, f32 *, s32, s32, s32);
void fullyConnected(F, F, F, F, F, f32 *, s32, s32, s32);
void softmax(F, f32 *, s32);
void compact(F, f32 *, s32, s32, s32);
void depthToSpace(F, f32 *, s32, s32, s32);
void widen(const u16 *, f32 *, s32);
s32 scatterBytes(const u32 *, const u8 *, u8 *, s32);
s32 scatterHalves(const u32 *, const u16 *, u16 *, s32);
void scan(const s16 *, const s8 *, s32 *, s32, s32);
u8 __heap_base;

typedef struct { s32 kind, value; void *buffer; } Argument;

static void *get(void *to, size_t bytes) {
  if (fread(to, 1, bytes, stdin) != bytes) exit(2);
  return to;
}

#define P(i) (a[i].buffer)
#define I(i) (a[i].value)

static void call(s32 kernel, const Argument *a) {
  switch (kernel) {
    case 0: interleave(P(0), P(1), I(2), I(3), I(4), I(5), I(6), I(7)); break;
    case 1:
      convolution(P(0), P(1), P(2), P(3), P(4), P(5), I(6), I(7), I(8), I(9), I(10), I(11), I(12), I(13), I(14), I(15),
                  I(16));
      break;
    case 2:
      pointwiseWide(P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7), P(8), P(9), P(10), P(11), P(12), I(13), I(14),
                    I(15), I(16), I(17), I(18), I(19));
      break;
    case 3:
      depthwise(P(0), P(1), P(2), P(3), P(4), I(5), I(6), I(7), I(8), I(9), I(10), I(11), I(12), I(13), I(14));
      break;
    case 4:
      depthwiseBlocked(P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7), I(8), I(9), I(10), I(11), I(12), I(13), I(14),
                       I(15), I(16), I(17));
      break;
    case 5: maxPool(P(0), P(1), I(2), I(3), I(4), I(5), I(6), I(7), I(8)); break;
    case 6: upsampleAdd(P(0), P(1), P(2), I(3), I(4), I(5)); break;
    case 7: fullyConnected(P(0), P(1), P(2), P(3), P(4), P(5), I(6), I(7), I(8)); break;
    case 8: softmax(P(0), P(1), I(2)); break;
    case 9: compact(P(0), P(1), I(2), I(3), I(4)); break;
    case 10: depthToSpace(P(0), P(1), I(2), I(3), I(4)); break;
    /* What no plan calls. */
    case 100: scan(P(0), P(1), P(2), I(3), I(4)); break;
    case 101: widen(P(0), P(1), I(2)); break;
    case 102: scatterBytes(P(0), P(1), P(2), I(3)); break;
    case 103: scatterHalves(P(0), P(1), P(2), I(3)); break;
    default: exit(3);
  }
}

int main(void) {
  s32 head[2];
  while (fread(head, 4, 2, stdin) == 2) {
    Argument arguments[20] = {0};
    for (s32 i = 0; i < head[1]; i++) {
      Argument *a = &arguments[i];
      get(&a->kind, 4), get(&a->value, 4);
      if (a->kind == 3) a->buffer = get(malloc((size_t)a->value), (size_t)a->value);
    }
    call(head[0], arguments);
    for (s32 i = 0; i < head[1]; i++) {
      if (arguments[i].kind != 3) continue;
      fwrite(arguments[i].buffer, 1, (size_t)arguments[i].value, stdout);
      free(arguments[i].buffer);
    }
  }
  return 0;
}
