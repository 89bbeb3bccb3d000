/**
 * Runs kernels natively, each buffer alone in memory and exactly as long as it may be, so that sanitizers
 * see every step outside. Input: calls, each a kernel's number, a count of arguments, and arguments: a
 * kind (0 integer, 1 float, 2 absent, 3 buffer), four bytes of value or length, and a buffer's bytes.
 * Output: the buffers of every call, as they are afterwards.
 */
#include <stdio.h>
#include <stdlib.h>

#include "kernels/simd.h"

#define F const f32 *
void interleave(F, f32 *, s32, s32, s32, s32, s32, s32);
void convolution(F, F, F, F, F, f32 *, s32, s32, s32, s32, s32, s32, s32, s32, s32, s32);
void pointwiseWide(const s8 *, const s8 *, const s32 *, F, F, F, F, f32 *, s8 *, s32, s32, s32, s32, f32, s32);
void depthwise(F, F, F, F, f32 *, s8 *, s32, s32, s32, s32, s32, s32, s32, s32, s32, s32, f32, s32);
void maxPool(F, f32 *, s32, s32, s32, s32, s32, s32, s32);
void upsampleAdd(F, F, f32 *, s32, s32, s32);
void fullyConnected(F, F, F, F, F, f32 *, s32, s32, s32);
void softmax(F, f32 *, s32);
void compact(F, f32 *, s32, s32, s32);
void depthToSpace(F, f32 *, s32, s32, s32);
void widen(const u16 *, f32 *, s32);
void scan(const s16 *, const s8 *, s32 *, s32, s32);
u8 __heap_base;

typedef union { s32 integer; f32 real; } Value;
typedef struct { s32 kind; Value value; void *buffer; } Argument;

static void *get(void *to, size_t bytes) {
  if (fread(to, 1, bytes, stdin) != bytes) exit(2);
  return to;
}

#define P(i) (a[i].buffer)
#define I(i) (a[i].value.integer)
#define R(i) (a[i].value.real)

static void call(s32 kernel, const Argument *a) {
  switch (kernel) {
    case 0: interleave(P(0), P(1), I(2), I(3), I(4), I(5), I(6), I(7)); break;
    case 1:
      convolution(P(0), P(1), P(2), P(3), P(4), P(5), I(6), I(7), I(8), I(9), I(10), I(11), I(12), I(13), I(14), I(15));
      break;
    case 2:
      pointwiseWide(P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7), P(8), I(9), I(10), I(11), I(12), R(13), I(14));
      break;
    case 3:
      depthwise(P(0), P(1), P(2), P(3), P(4), P(5), I(6), I(7), I(8), I(9), I(10), I(11), I(12), I(13), I(14), I(15),
                R(16), I(17));
      break;
    case 4: maxPool(P(0), P(1), I(2), I(3), I(4), I(5), I(6), I(7), I(8)); break;
    case 5: upsampleAdd(P(0), P(1), P(2), I(3), I(4), I(5)); break;
    case 6: fullyConnected(P(0), P(1), P(2), P(3), P(4), P(5), I(6), I(7), I(8)); break;
    case 7: softmax(P(0), P(1), I(2)); break;
    case 8: compact(P(0), P(1), I(2), I(3), I(4)); break;
    case 9: depthToSpace(P(0), P(1), I(2), I(3), I(4)); break;
    case 10: widen(P(0), P(1), I(2)); break;
    /* What no plan calls. */
    case 100: scan(P(0), P(1), P(2), I(3), I(4)); break;
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
      if (a->kind == 3) a->buffer = get(malloc((size_t)a->value.integer), (size_t)a->value.integer);
    }
    call(head[0], arguments);
    for (s32 i = 0; i < head[1]; i++) {
      if (arguments[i].kind != 3) continue;
      fwrite(arguments[i].buffer, 1, (size_t)arguments[i].value.integer, stdout);
      free(arguments[i].buffer);
    }
  }
  return 0;
}
