#include "app/cli/flow_text.hpp"

#include <fmt/format.h>

#include "datasets/community_id.hpp"

namespace tributary::app {

namespace {

/// Seconds with all six decimals, exactly.
std::string seconds(Micros time) {
    return fmt::format("{}.{:06}", time.count() / 1'000'000, time.count() % 1'000'000);
}

}  // namespace

std::string flow_csv_header() {
    return "start,end,src_ip,src_port,dest_ip,dest_port,proto,vlan,pkts_fwd,pkts_bwd,bytes_fwd,"
           "bytes_bwd,frame_bytes_fwd,frame_bytes_bwd,flags_fwd,flags_bwd,end_reason,"
           "community_id,label";
}

std::string flow_csv(const datasets::FlowRecord& flow, const datasets::ClassName& label) {
    return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
                       seconds(flow.start), seconds(flow.end), datasets::to_string(flow.src),
                       flow.src_port, datasets::to_string(flow.dst), flow.dst_port, flow.protocol,
                       flow.vlan, flow.forward.packets, flow.backward.packets,
                       flow.forward.ip_bytes, flow.backward.ip_bytes, flow.forward.frame_bytes,
                       flow.backward.frame_bytes, flow.forward.flags, flow.backward.flags,
                       datasets::to_string(flow.end_reason), datasets::community_id(flow), label);
}

std::string flow_json(const datasets::FlowRecord& flow, const datasets::ClassName& label) {
    // Labels are checked class names and addresses are our own text: nothing here needs escaping.
    return fmt::format(
        R"({{"start":{},"end":{},"src_ip":"{}","src_port":{},"dest_ip":"{}","dest_port":{},)"
        R"("proto":{},"vlan":{},"pkts_fwd":{},"pkts_bwd":{},"bytes_fwd":{},"bytes_bwd":{},)"
        R"("frame_bytes_fwd":{},"frame_bytes_bwd":{},"flags_fwd":{},"flags_bwd":{},)"
        R"("end_reason":"{}","community_id":"{}","label":"{}"}})",
        seconds(flow.start), seconds(flow.end), datasets::to_string(flow.src), flow.src_port,
        datasets::to_string(flow.dst), flow.dst_port, flow.protocol, flow.vlan,
        flow.forward.packets, flow.backward.packets, flow.forward.ip_bytes, flow.backward.ip_bytes,
        flow.forward.frame_bytes, flow.backward.frame_bytes, flow.forward.flags,
        flow.backward.flags, datasets::to_string(flow.end_reason), datasets::community_id(flow),
        label);
}

}  // namespace tributary::app
