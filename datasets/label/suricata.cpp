#include "datasets/label/suricata.hpp"

#include <simdjson.h>

#include <chrono>

#include "datasets/corpus/text.hpp"
#include "datasets/label/cidr.hpp"

namespace tributary::datasets {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxEveBytes = std::size_t{4} << 30;
constexpr std::size_t kMaxEveLineBytes = 1 << 20;

std::string_view text_of(const simdjson::simdjson_result<dom::element>& value) {
    std::string_view text;
    return value.get_string().get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

std::uint16_t port_of(const simdjson::simdjson_result<dom::element>& value) {
    std::uint64_t number = 0;
    if (value.get_uint64().get(number) != simdjson::SUCCESS || number > 65'535) return 0;
    return static_cast<std::uint16_t>(number);
}

std::string lower(std::string_view text) {
    std::string made(text);
    for (char& letter : made) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    return made;
}

/// The protocol, as Suricata writes it.
std::optional<std::uint8_t> protocol_of(std::string_view text) {
    const std::string name = lower(text);
    if (name == "ipv6-icmp") return kProtocolIcmp6;
    return parse_protocol(name);
}

/// Reads the alerts of one file, line by line.
class EveReader {
 public:
    explicit EveReader(const std::string& name) : labels_(name), name_(name) {}

    Status take(std::string_view line, std::size_t number) {
        buffer_.assign(line);
        buffer_.reserve(line.size() + simdjson::SIMDJSON_PADDING);
        dom::element event;
        // Damage anywhere in the line must be known before any of it is used.
        const auto parsed = parser_.parse(buffer_.data(), line.size(), false);
        if (parsed.get(event) != simdjson::SUCCESS) return refuse(number);
        std::string_view kind;
        if (event["event_type"].get_string().get(kind) != simdjson::SUCCESS) return refuse(number);
        if (kind != "alert") return {};
        return take_alert(event, static_cast<std::uint32_t>(number));
    }

    Result<JoinedLabels> finish() && {
        labels_.complete();
        return std::move(labels_);
    }

 private:
    Status take_alert(const dom::element& event, std::uint32_t number) {
        const auto src = parse_address(text_of(event["src_ip"]));
        const auto dst = parse_address(text_of(event["dest_ip"]));
        const auto protocol = protocol_of(text_of(event["proto"]));
        const auto at = parse_iso_time(text_of(event["timestamp"]));
        if (!src || !dst || !protocol || !at) return refuse(number);
        LabelClaim claim;
        claim.tuple = {*src, *dst, port_of(event["src_port"]), port_of(event["dest_port"]),
                       *protocol};
        if (*protocol == kProtocolIcmp || *protocol == kProtocolIcmp6) {
            claim.tuple.src_port = port_of(event["icmp_type"]);
            claim.tuple.dst_port = port_of(event["icmp_code"]);
        }
        const std::string category(text_of(event["alert"]["category"]));
        const std::string signature(text_of(event["alert"]["signature"]));
        const std::string id(text_of(event["community_id"]));
        const auto began = parse_iso_time(text_of(event["flow"]["start"]));
        const std::string class_name = class_name_from(category.empty() ? signature : category);
        claim.start = began.value_or(*at);
        claim.end = *at;
        claim.class_name = class_name;
        claim.community_id = id;
        claim.line = number;
        return labels_.add(claim);
    }

    [[nodiscard]] Status refuse(std::size_t number) const {
        return fail(Errc::corrupt, name_ + ", line " + std::to_string(number) +
                                       ": no event of Suricata. Give its eve.json");
    }

    JoinedLabels labels_;
    std::string name_;
    dom::parser parser_;
    std::string buffer_;
};

}  // namespace

std::optional<Micros> parse_iso_time(std::string_view text) {
    // YYYY-MM-DDTHH:MM:SS[.ffffff](Z|+hhmm|+hh:mm)
    constexpr std::string_view kShape = "0000-00-00T00:00:00";
    if (text.size() < kShape.size()) return std::nullopt;
    for (std::size_t i = 0; i < kShape.size(); ++i) {
        const bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (kShape[i] == '0' ? !is_digit : text[i] != kShape[i]) return std::nullopt;
    }
    const auto number = [text](std::size_t at, std::size_t digits) {
        return static_cast<int>(parse_unsigned(text.substr(at, digits), 9999).value_or(0));
    };
    using namespace std::chrono;
    const year_month_day day{year(number(0, 4)), month(static_cast<unsigned>(number(5, 2))),
                             std::chrono::day(static_cast<unsigned>(number(8, 2)))};
    if (!day.ok()) return std::nullopt;
    Micros time = sys_days(day).time_since_epoch() + hours(number(11, 2)) + minutes(number(14, 2)) +
                  seconds(number(17, 2));
    std::string_view rest = text.substr(kShape.size());
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
        std::string six(rest.substr(0, std::min<std::size_t>(digits, 6)));
        six.resize(6, '0');
        time += Micros(static_cast<std::int64_t>(parse_unsigned(six, 999'999).value_or(0)));
        rest.remove_prefix(digits);
    }
    if (rest.empty() || rest == "Z") return time;
    const bool has_colon = rest.size() == 6 && rest[3] == ':';
    if ((rest[0] != '+' && rest[0] != '-') || (rest.size() != 5 && !has_colon)) return std::nullopt;
    const auto ahead = parse_unsigned(rest.substr(1, 2), 23);
    const auto minutes_ahead = parse_unsigned(rest.substr(has_colon ? 4 : 3), 59);
    if (!ahead || !minutes_ahead) return std::nullopt;
    const Micros offset =
        hours(static_cast<int>(*ahead)) + minutes(static_cast<int>(*minutes_ahead));
    return rest[0] == '+' ? time - offset : time + offset;
}

Result<JoinedLabels> load_suricata(const std::filesystem::path& path) {
    TRIBUTARY_TRY(const std::string text, read_text_file(path, kMaxEveBytes));
    return parse_suricata(text, path.string());
}

Result<JoinedLabels> parse_suricata(std::string_view text, const std::string& name) {
    LineReader lines(text);
    EveReader reader(name);
    std::string_view line;
    while (lines.next(line)) {
        if (trimmed(line).empty()) continue;
        if (line.size() > kMaxEveLineBytes) {
            return fail(Errc::limit_exceeded, name + ", line " + std::to_string(lines.line()) +
                                                  ": longer than 1 MiB. Shorten the log");
        }
        TRIBUTARY_CHECK(reader.take(line, lines.line()));
    }
    return std::move(reader).finish();
}

}  // namespace tributary::datasets
