// Any bytes as a site's saved memory: refused, or loaded and saved again alike.
#include "base/assert.hpp"
#include "classifier/svm/local_memory.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto memory = tributary::classifier::LocalMemory::load({data, size});
    if (!memory) return 0;
    const auto again = tributary::classifier::LocalMemory::load(memory->save());
    TRIBUTARY_ASSERT(again && again->reservoir_size() == memory->reservoir_size());
    return 0;
}
