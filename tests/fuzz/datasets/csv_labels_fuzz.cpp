// Labels in CSV, with a header that the fuzzer may leave as it is.

#include "base/bytes.hpp"
#include "datasets/label/csv_labels.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tributary;
    const std::string text(as_text({data, size}));
    static_cast<void>(datasets::CsvLabels::parse(text));
    static_cast<void>(
        datasets::CsvLabels::parse("start,src_ip,src_port,dest_ip,dest_port,proto,label\n" + text));
    return 0;
}
