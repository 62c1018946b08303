// Export datagrams of one version: the first bytes are made right, everything else is the fuzzer's.
// The input holds datagrams, each behind its length, so that templates may come before data.

#include "tests/fuzz/datasets/datagrams.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tributary::datasets::testing::decode_datagrams({data, size}, 9);
    return 0;
}
