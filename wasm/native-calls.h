/** Calls of kernels by number; P(i) and I(i) are a call's arguments. Written by wasm/signatures.ts from src/inference/kernels/kernels.ts. */
enum { most_arguments = 21 };

static void call(s32 kernel, const Argument *a) {
  switch (kernel) {
    case 0: interleave(P(0), P(1), I(2), I(3), I(4), I(5), I(6), I(7)); break;
    case 1: interleaveShorts(P(0), P(1), P(2), I(3), I(4), I(5), I(6), I(7), I(8), I(9)); break;
    case 2: shorten(P(0), P(1), P(2), I(3), I(4), I(5)); break;
    case 3: convolutionShorts(P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7), I(8), I(9), I(10), I(11), I(12),
        I(13), I(14), I(15), I(16), I(17), I(18)); break;
    case 4: convolutionShortsPooled(P(0), P(1), P(2), P(3), P(4), P(5), P(6), I(7), I(8), I(9), I(10), I(11),
        I(12), I(13), I(14)); break;
    case 5: separable(P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7), P(8), I(9), I(10), I(11), I(12), I(13),
        I(14), I(15), I(16), I(17), I(18), I(19), I(20)); break;
    case 6: convolution(P(0), P(1), P(2), P(3), P(4), P(5), I(6), I(7), I(8), I(9), I(10), I(11), I(12),
        I(13), I(14), I(15), I(16)); break;
    case 7: pointwiseWide(P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7), P(8), P(9), P(10), P(11), P(12),
        I(13), I(14), I(15), I(16), I(17), I(18), I(19)); break;
    case 8: depthwise(P(0), P(1), P(2), P(3), P(4), I(5), I(6), I(7), I(8), I(9), I(10), I(11), I(12), I(13),
        I(14)); break;
    case 9: depthwiseBlocked(P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7), I(8), I(9), I(10), I(11), I(12),
        I(13), I(14), I(15), I(16), I(17)); break;
    case 10: maxPool(P(0), P(1), I(2), I(3), I(4), I(5), I(6), I(7), I(8)); break;
    case 11: upsampleAdd(P(0), P(1), P(2), I(3), I(4), I(5)); break;
    case 12: fullyConnected(P(0), P(1), P(2), P(3), P(4), P(5), I(6), I(7), I(8)); break;
    case 13: softmax(P(0), P(1), I(2)); break;
    case 14: gate(P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7), I(8), I(9), I(10)); break;
    case 15: compact(P(0), P(1), I(2), I(3), I(4)); break;
    case 16: depthToSpace(P(0), P(1), I(2), I(3), I(4)); break;
    case 17: scan(P(0), P(1), P(2), I(3), I(4)); break;
    case 18: widen(P(0), P(1), I(2)); break;
    case 19: scatterBytes(P(0), P(1), P(2), I(3)); break;
    case 20: scatterHalves(P(0), P(1), P(2), I(3)); break;
    default: exit(3);
  }
}
