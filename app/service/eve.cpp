#include "app/service/eve.hpp"

#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "base/hash.hpp"
#include "datasets/community_id.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

std::string protocol_name(std::uint8_t protocol) {
    switch (protocol) {
        case datasets::kProtocolTcp: return "TCP";
        case datasets::kProtocolUdp: return "UDP";
        case datasets::kProtocolIcmp: return "ICMP";
        case datasets::kProtocolIcmp6: return "IPv6-ICMP";
        default: return std::to_string(protocol);
    }
}

/// Stable number of a flow within this site's output, as eve's flow_id.
std::uint64_t flow_id(const std::string& community, Micros start) {
    const Digest digest = blake2b(to_bytes(fmt::format("{}@{}", community, start.count())));
    ByteReader reader(digest);
    // 51 bits: readers that keep numbers as doubles must not round it.
    return reader.u64() >> 13;
}

/// Suricata's scale: 1 is the most severe.
int severity_of(double margin) {
    return margin >= 1 ? 1 : margin >= 0.25 ? 2 : 3;
}

}  // namespace

std::string iso_time(Micros wall) {
    const auto seconds = static_cast<std::time_t>(wall.count() / 1'000'000);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}+0000", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                       wall.count() % 1'000'000);
}

std::string eve_alert(const datasets::FlowRecord& flow, const AlertContext& alert) {
    const std::string community = datasets::community_id(flow);
    const auto duration = std::chrono::duration<double>(flow.end - flow.start).count();
    Json line{
        {"timestamp", iso_time(flow.end)},
        {"event_type", "alert"},
        {"src_ip", datasets::to_string(flow.src)},
        {"src_port", flow.src_port},
        {"dest_ip", datasets::to_string(flow.dst)},
        {"dest_port", flow.dst_port},
        {"proto", protocol_name(flow.protocol)},
        {"flow_id", flow_id(community, flow.start)},
        {"community_id", community},
        {"flow",
         {{"start", iso_time(flow.start)},
          {"age", duration},
          {"pkts_toserver", flow.forward.packets},
          {"pkts_toclient", flow.backward.packets},
          {"bytes_toserver", flow.forward.ip_bytes},
          {"bytes_toclient", flow.backward.ip_bytes},
          {"reason", datasets::to_string(flow.end_reason)}}},
        {"alert",
         {{"signature", "tributary:" + alert.member->class_name},
          {"category", alert.member->class_name},
          {"severity", severity_of(alert.margin)}}},
        {"tributary",
         {{"object", alert.member->object_id},
          {"version", alert.member->version},
          {"schema", alert.schema},
          {"margin", alert.margin},
          {"contributors", alert.contributors}}},
    };
    if (alert.probability) line["tributary"]["probability"] = *alert.probability;
    return line.dump();
}

}  // namespace tributary::app
