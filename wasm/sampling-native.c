/**
 * Runs samplers natively, each buffer alone in memory and exactly as long as it may be, so that sanitizers see every access
 * outside it. The input is requests, each followed by the bytes of its part's buffer; the output is all planes of each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sampling/sampling.h"

u32 scratch_bytes(void);
void sample(const Pixel *part, f32 *out, void *scratch);

int main(void) {
  u32 bytes;
  while (fread(&request, sizeof request, 1, stdin) == 1) {
    if (fread(&bytes, 4, 1, stdin) != 1) return 2;
    Pixel *part = malloc(bytes);
    if (fread(part, 1, bytes, stdin) != bytes) return 2;
    const size_t values = 3 * (size_t)request.width * (size_t)request.height;
    f32 *out = calloc(values, sizeof *out);
    void *scratch = malloc(scratch_bytes());
    sample(part, out, scratch);
    fwrite(out, sizeof *out, values, stdout);
    free(part), free(out), free(scratch);
  }
  return 0;
}
