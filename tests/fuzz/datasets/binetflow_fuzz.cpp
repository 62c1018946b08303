// Flow files of Argus with labels.

#include "base/bytes.hpp"
#include "datasets/label/binetflow.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tributary;
    const std::string_view text = as_text({data, size});
    static_cast<void>(datasets::parse_binetflow(text));
    return 0;
}
