#include "datasets/label/zeek_line.hpp"

#include "datasets/corpus/text.hpp"
#include "datasets/label/cidr.hpp"
#include "datasets/label/suricata.hpp"

namespace tributary::datasets {
namespace {

/// Seconds since 1970, or the ISO form that Zeek writes when asked to.
std::optional<Micros> zeek_time(std::string_view text) {
    const auto seconds = parse_epoch(text);
    return seconds ? seconds : parse_iso_time(text);
}

std::string class_of(const ZeekLine& line) {
    if (!line[ZeekField::note].empty()) return class_name_from(line[ZeekField::note]);
    const std::string label = class_name_from(line[ZeekField::label]);
    if (label == "benign" || label == "normal") return kNormalClass;
    if (label == "background") return {};
    const std::string detailed = class_name_from(line[ZeekField::detailed_label]);
    return detailed.empty() ? label : detailed;
}

}  // namespace

Status ZeekClaims::take(const ZeekLine& line, std::uint32_t number) {
    // Notices about no connection in particular have no ends.
    if (line[ZeekField::orig_h].empty()) return {};
    const auto src = parse_address(line[ZeekField::orig_h]);
    const auto dst = parse_address(line[ZeekField::resp_h]);
    const auto start = zeek_time(line[ZeekField::ts]);
    const auto src_port = parse_unsigned(line[ZeekField::orig_p], 65'535);
    const auto dst_port = parse_unsigned(line[ZeekField::resp_p], 65'535);
    const auto protocol = parse_protocol(line[ZeekField::proto]);
    if (!src || !dst || !start || !src_port || !dst_port || !protocol) {
        return refuse(number, "names no connection");
    }
    const bool is_icmp6 = *protocol == kProtocolIcmp && src->is_v6;
    const std::string class_name = class_of(line);
    LabelClaim claim;
    claim.tuple = {*src, *dst, static_cast<std::uint16_t>(*src_port),
                   static_cast<std::uint16_t>(*dst_port), is_icmp6 ? kProtocolIcmp6 : *protocol};
    claim.start = claim.end = *start;
    if (const auto duration = parse_epoch(line[ZeekField::duration])) claim.end += *duration;
    claim.class_name = class_name;
    claim.community_id = line[ZeekField::community_id];
    claim.line = number;
    return labels_.add(claim);
}

Status ZeekClaims::refuse(std::size_t number, const std::string& cause) const {
    return fail(Errc::corrupt, name_ + ", line " + std::to_string(number) + ": " + cause +
                                   ". Give the log as Zeek wrote it");
}

JoinedLabels ZeekClaims::finish() && {
    labels_.complete();
    return std::move(labels_);
}

}  // namespace tributary::datasets
