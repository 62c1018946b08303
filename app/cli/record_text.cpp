#include "app/cli/record_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <iterator>

#include "app/cli/json_text.hpp"
#include "datasets/export/element.hpp"

namespace tributary::app {

namespace {

using datasets::ElementType;
using Out = std::back_insert_iterator<std::string>;

constexpr std::uint64_t kFrom1900To1970 = 2'208'988'800;

std::string mac_text(ByteView value) {
    return fmt::format("{:02x}", fmt::join(value, ":"));
}

std::string address_text(ByteView value) {
    datasets::Address address;
    address.is_v6 = value.size() == 16;
    std::copy(value.begin(), value.end(), address.bytes.begin());
    return datasets::to_string(address);
}

/// Text is padded with zeros by those who send it in fields of fixed length.
std::string_view without_padding(ByteView value) {
    const std::string_view text = as_text(value);
    return text.substr(0, text.find_last_not_of('\0') + 1);
}

/// An NTP timestamp as a count of `per_second` since 1970.
std::uint64_t from_ntp(std::uint64_t stamp, std::uint64_t per_second) {
    const std::uint64_t seconds = (stamp >> 32) - std::min(stamp >> 32, kFrom1900To1970);
    return seconds * per_second + (((stamp & 0xffffffffU) * per_second) >> 32);
}

double real(ByteView value) {
    const std::uint64_t bits = ByteReader(value).be_uint(value.size());
    if (value.size() == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    return std::bit_cast<double>(bits);
}

bool has_width(ElementType type, std::size_t width) {
    switch (type) {
        case ElementType::octets:
        case ElementType::text: return true;
        case ElementType::mac: return width == 6;
        case ElementType::ipv4: return width == 4;
        case ElementType::ipv6: return width == 16;
        case ElementType::real: return width == 4 || width == 8;
        case ElementType::microseconds:
        case ElementType::nanoseconds: return width == 8;
        default: return width >= 1 && width <= 8;
    }
}

void append_value(std::string& line, ElementType type, ByteView value) {
    if (!has_width(type, value.size())) type = ElementType::octets;
    const Out out(line);
    const auto number = [&] { return ByteReader(value).be_uint(value.size()); };
    switch (type) {
        case ElementType::octets: fmt::format_to(out, R"("{}")", to_hex(value)); break;
        case ElementType::text: append_json_string(line, without_padding(value)); break;
        case ElementType::mac: fmt::format_to(out, R"("{}")", mac_text(value)); break;
        case ElementType::ipv4:
        case ElementType::ipv6: fmt::format_to(out, R"("{}")", address_text(value)); break;
        case ElementType::boolean: line += number() == 1 ? "true" : "false"; break;
        case ElementType::real: {
            const double read = real(value);
            // JSON has no infinity.
            read - read == 0 ? fmt::format_to(out, "{}", read) : fmt::format_to(out, "null");
            break;
        }
        case ElementType::integer: {
            const auto unused = static_cast<int>(64 - 8 * value.size());
            fmt::format_to(out, "{}", static_cast<std::int64_t>(number() << unused) >> unused);
            break;
        }
        case ElementType::microseconds:
            fmt::format_to(out, "{}", from_ntp(number(), 1'000'000));
            break;
        case ElementType::nanoseconds:
            fmt::format_to(out, "{}", from_ntp(number(), 1'000'000'000));
            break;
        default: fmt::format_to(out, "{}", number()); break;
    }
}

}  // namespace

std::string record_json(const datasets::ExportRecord& record) {
    std::string line = fmt::format(
        R"({{"version":{},"exporter":"{}","domain":{},"template":{},"sent":{}.{:06},"options":{})",
        record.version, datasets::to_string(record.exporter), record.domain, record.template_id,
        record.sent.count() / 1'000'000, record.sent.count() % 1'000'000, record.is_options);
    for (std::size_t i = 0; i < record.fields.size(); ++i) {
        const datasets::ExportField& field = record.fields[i];
        const auto same = [&field](const datasets::ExportField& other) {
            return other.enterprise == field.enterprise && other.element == field.element;
        };
        const auto before = std::count_if(record.fields.begin(),
                                          record.fields.begin() + static_cast<long>(i), same);
        const datasets::ElementInfo info = datasets::element_info(field.enterprise, field.element);
        fmt::format_to(Out(line), R"(,"{}{}":)", info.name,
                       before == 0 ? "" : "_" + std::to_string(before + 1));
        append_value(line, info.type, field.value);
    }
    line += '}';
    return line;
}

}  // namespace tributary::app
