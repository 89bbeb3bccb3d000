/**
 * Prints what libjpeg makes of JPEG files: `cc libjpeg.c -ljpeg`. Input: files, each its length and a scale in eighths (32
 * bits each) and its bytes. Output for each, flushed before the next is read: the number of bytes that follow (32 bits); 0,
 * or 1 after warnings, or 2 after an error and then nothing more; the number of components; of each the samples along a
 * block's side, its width, height and samples before upsampling ("raw data out"); and width, height and pixels as R, G, B,
 * or as C, M, Y, K where there are four components.
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf escape;
} Errors;

static void escape(j_common_ptr info) { longjmp(((Errors *)info->err)->escape, 1); }
static void ignore(j_common_ptr info) { (void)info; }

typedef struct {
  uint8_t *bytes;
  size_t length, room;
} Output;

static void put(Output *out, const void *bytes, size_t length) {
  if (out->length + length > out->room) {
    out->room = 2 * (out->length + length);
    out->bytes = realloc(out->bytes, out->room);
    if (!out->bytes) exit(2);
  }
  memcpy(out->bytes + out->length, bytes, length);
  out->length += length;
}

static void put_u32(Output *out, uint32_t value) { put(out, &value, 4); }

static void start(struct jpeg_decompress_struct *info, const uint8_t *file, uint32_t length, uint32_t eighths) {
  jpeg_create_decompress(info);
  jpeg_mem_src(info, file, length);
  jpeg_read_header(info, TRUE);
  // More components than a photo has, or more pixels than a test has time for.
  if (info->num_components > 4 || (double)info->image_width * info->image_height > 30e6) escape((j_common_ptr)info);
  info->scale_num = eighths, info->scale_denom = 8;
  info->dct_method = JDCT_ISLOW;
  info->do_block_smoothing = FALSE;
}

static long planes(struct jpeg_decompress_struct *info, Output *out) {
  info->raw_data_out = TRUE;
  jpeg_start_decompress(info);
  const int block = info->min_DCT_scaled_size, group = info->max_v_samp_factor * block;
  JSAMPARRAY rows[4];
  uint8_t *samples[4];
  for (int c = 0; c < info->num_components; c++) {
    const jpeg_component_info *part = &info->comp_info[c];
    const size_t pitch = part->width_in_blocks * part->DCT_scaled_size + 64;
    const size_t high = part->v_samp_factor * part->DCT_scaled_size;
    samples[c] = malloc((part->downsampled_height + 2 * high) * pitch);
    rows[c] = malloc(high * sizeof **rows);
  }
  for (JDIMENSION group_row = 0; info->output_scanline < info->output_height; group_row++) {
    for (int c = 0; c < info->num_components; c++) {
      const jpeg_component_info *part = &info->comp_info[c];
      const size_t pitch = part->width_in_blocks * part->DCT_scaled_size + 64;
      const int high = part->v_samp_factor * part->DCT_scaled_size;
      for (int i = 0; i < high; i++) rows[c][i] = samples[c] + (group_row * high + i) * pitch;
    }
    jpeg_read_raw_data(info, rows, group);
  }
  put_u32(out, info->num_components);
  for (int c = 0; c < info->num_components; c++) {
    const jpeg_component_info *part = &info->comp_info[c];
    const size_t pitch = part->width_in_blocks * part->DCT_scaled_size + 64;
    put_u32(out, part->DCT_scaled_size), put_u32(out, part->downsampled_width), put_u32(out, part->downsampled_height);
    for (JDIMENSION y = 0; y < part->downsampled_height; y++) put(out, samples[c] + y * pitch, part->downsampled_width);
    free(samples[c]), free(rows[c]);
  }
  const long warnings = info->err->num_warnings;
  jpeg_abort_decompress(info);
  return warnings;
}

static void pixels(struct jpeg_decompress_struct *info, Output *out) {
  if (info->num_components == 2) {
    put_u32(out, 0), put_u32(out, 0);
    return;
  }
  info->out_color_space = info->num_components == 4 ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(info);
  const size_t width = info->output_width * info->output_components;
  uint8_t *row = malloc(width);
  put_u32(out, info->output_width), put_u32(out, info->output_height);
  while (info->output_scanline < info->output_height) {
    jpeg_read_scanlines(info, &row, 1);
    put(out, row, width);
  }
  free(row);
}

static void answer(const uint8_t *file, uint32_t length, uint32_t eighths, Output *out) {
  Errors errors;
  struct jpeg_decompress_struct info;
  info.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = escape, errors.base.output_message = ignore;
  out->length = 0;
  put_u32(out, 0);
  if (setjmp(errors.escape)) {
    jpeg_destroy_decompress(&info);
    out->length = 0;
    put_u32(out, 2);
    return;
  }
  start(&info, file, length, eighths);
  long warnings = planes(&info, out);
  jpeg_destroy_decompress(&info);
  start(&info, file, length, eighths);
  pixels(&info, out);
  warnings += info.err->num_warnings;
  jpeg_destroy_decompress(&info);
  if (warnings > 0) out->bytes[0] = 1;
}

int main(void) {
  uint32_t head[2];
  Output out = {0};
  while (fread(head, 4, 2, stdin) == 2) {
    uint8_t *file = malloc(head[0] + 1);
    if (fread(file, 1, head[0], stdin) != head[0]) return 2;
    answer(file, head[0], head[1], &out);
    const uint32_t length = out.length;
    fwrite(&length, 4, 1, stdout);
    fwrite(out.bytes, 1, out.length, stdout);
    fflush(stdout);
    free(file);
  }
  return 0;
}
