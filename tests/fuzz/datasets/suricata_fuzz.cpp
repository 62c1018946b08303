// Suricata's eve.json.

#include "base/bytes.hpp"
#include "datasets/label/suricata.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tributary;
    const std::string_view text = as_text({data, size});
    static_cast<void>(datasets::parse_suricata(text));
    return 0;
}
