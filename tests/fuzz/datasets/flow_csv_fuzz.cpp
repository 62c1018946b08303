// Corpora in CSV: records of a schema, and flows.

#include "base/bytes.hpp"
#include "datasets/corpus/csv.hpp"
#include "datasets/feature/flow_schema.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tributary;
    const std::string text(as_text({data, size}));
    static_cast<void>(datasets::parse_csv(text, datasets::flow_schema()));
    static_cast<void>(datasets::parse_flow_csv(
        "start,end,src_ip,src_port,dest_ip,dest_port,proto,vlan,pkts_fwd,pkts_bwd,bytes_fwd,"
        "bytes_bwd,flags_fwd,flags_bwd,label\n" +
        text));
    return 0;
}
