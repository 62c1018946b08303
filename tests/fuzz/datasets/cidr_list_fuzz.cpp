// Lists of networks.

#include "base/bytes.hpp"
#include "datasets/label/cidr_list.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tributary;
    static_cast<void>(datasets::CidrList::parse(as_text({data, size}), "listed"));
    return 0;
}
