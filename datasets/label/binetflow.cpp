#include "datasets/label/binetflow.hpp"

#include "datasets/corpus/csv_reader.hpp"
#include "datasets/corpus/text.hpp"
#include "datasets/label/cidr.hpp"
#include "datasets/label/suricata.hpp"

namespace tributary::datasets {
namespace {

constexpr std::size_t kMaxBinetflowBytes = std::size_t{4} << 30;

struct ArgusColumns {
    std::size_t start = 0;
    std::size_t duration = 0;
    std::size_t protocol = 0;
    std::size_t src = 0;
    std::size_t src_port = 0;
    std::size_t dst = 0;
    std::size_t dst_port = 0;
    std::size_t label = 0;
};

Result<ArgusColumns> find_argus_columns(const CsvReader& reader) {
    ArgusColumns columns;
    TRIBUTARY_TRY(columns.start, reader.require("StartTime"));
    TRIBUTARY_TRY(columns.duration, reader.require("Dur"));
    TRIBUTARY_TRY(columns.protocol, reader.require("Proto"));
    TRIBUTARY_TRY(columns.src, reader.require("SrcAddr"));
    TRIBUTARY_TRY(columns.src_port, reader.require("Sport"));
    TRIBUTARY_TRY(columns.dst, reader.require("DstAddr"));
    TRIBUTARY_TRY(columns.dst_port, reader.require("Dport"));
    const auto label = reader.find("Label");
    if (label) {
        columns.label = *label;
        return columns;
    }
    TRIBUTARY_TRY(columns.label, reader.require("FlowLabel"));
    return columns;
}

/// "2011/08/10 09:46:53.047277"
std::optional<Micros> parse_argus_time(std::string_view text) {
    std::string iso(trimmed(text));
    if (iso.size() < 19 || iso[4] != '/' || iso[7] != '/' || iso[10] != ' ') return std::nullopt;
    iso[4] = iso[7] = '-';
    iso[10] = 'T';
    return parse_iso_time(iso);
}

/// Decimal, or hexadecimal as Argus writes the type and code of ICMP; empty is 0.
std::uint16_t parse_argus_port(std::string_view text) {
    text = trimmed(text);
    if (!text.starts_with("0x")) {
        return static_cast<std::uint16_t>(parse_unsigned(text, 65'535).value_or(0));
    }
    unsigned value = 0;
    for (const char letter : text.substr(2)) {
        const bool is_digit = letter >= '0' && letter <= '9';
        const bool is_hex = letter >= 'a' && letter <= 'f';
        if (!is_digit && !is_hex) return 0;
        value = (value << 4 | static_cast<unsigned>(is_digit ? letter - '0' : letter - 'a' + 10)) &
                0xffff;
    }
    return static_cast<std::uint16_t>(value);
}

std::string class_of_label(std::string_view label) {
    const auto names = [label](std::string_view word) {
        return label.find(word) != std::string_view::npos;
    };
    if (names("Background")) return {};
    if (names("Botnet")) return "botnet";
    if (names("Malware")) return "malware";
    if (names("Normal")) return kNormalClass;
    constexpr std::string_view kPrefix = "flow=";
    return class_name_from(label.starts_with(kPrefix) ? label.substr(kPrefix.size()) : label);
}

}  // namespace

Result<JoinedLabels> load_binetflow(const std::filesystem::path& path) {
    TRIBUTARY_TRY(const std::string text, read_text_file(path, kMaxBinetflowBytes));
    return parse_binetflow(text, path.string());
}

Result<JoinedLabels> parse_binetflow(std::string_view text, const std::string& name) {
    TRIBUTARY_TRY(CsvReader reader, CsvReader::open(text, ',', name));
    TRIBUTARY_TRY(const ArgusColumns columns, find_argus_columns(reader));
    JoinedLabels labels(name);
    for (;;) {
        TRIBUTARY_TRY(const bool more, reader.next());
        if (!more) break;
        const auto field = [&reader](std::size_t column) { return trimmed(reader.field(column)); };
        const auto src = parse_address(field(columns.src));
        const auto dst = parse_address(field(columns.dst));
        std::string_view word = field(columns.protocol);
        const auto protocol = parse_protocol(word == "ipv6-icmp" ? "icmp6" : word);
        if (!src || !dst || !protocol) continue;
        const auto start = parse_argus_time(field(columns.start));
        if (!start) return fail(reader.error_at(columns.start, "is not a time of Argus"));
        const std::string class_name = class_of_label(field(columns.label));
        LabelClaim claim;
        claim.tuple = {*src, *dst, parse_argus_port(field(columns.src_port)),
                       parse_argus_port(field(columns.dst_port)), *protocol};
        if (*protocol == kProtocolIcmp || *protocol == kProtocolIcmp6) {
            const std::uint16_t type_and_code = claim.tuple.src_port;  // 0x0008: type 8, code 0
            claim.tuple.src_port = type_and_code & 0xff;
            claim.tuple.dst_port = type_and_code >> 8;
        }
        claim.start = claim.end = *start;
        if (const auto duration = parse_epoch(field(columns.duration))) claim.end += *duration;
        claim.class_name = class_name;
        claim.line = static_cast<std::uint32_t>(reader.line());
        TRIBUTARY_CHECK(labels.add(claim));
    }
    labels.complete();
    return labels;
}

}  // namespace tributary::datasets
