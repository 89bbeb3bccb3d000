/**
 * Runs kernels natively, each buffer alone in memory and exactly as long as it may be, so that sanitizers see every
 * access outside it. The input is calls: each has a kernel's number, the number of its arguments, and for each
 * argument its kind (0 integer, 2 absent, 3 buffer), four bytes of value or length, and a buffer's bytes. The output
 * is the buffers of every call as they are afterwards.
 */
#include <stdio.h>
#include <stdlib.h>

#include "include/kernels.h"

u8 __heap_base;

typedef struct { s32 kind, value; void *buffer; } Argument;

static void *get(void *to, size_t bytes) {
  if (fread(to, 1, bytes, stdin) != bytes) exit(2);
  return to;
}

#define P(i) (a[i].buffer)
#define I(i) (a[i].value)

#include "native-calls.h"

int main(void) {
  s32 head[2];
  while (fread(head, 4, 2, stdin) == 2) {
    Argument arguments[most_arguments] = {0};
    if (head[1] > most_arguments) exit(4);
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
