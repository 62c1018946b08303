#include "app/cli/flow_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string_view>

namespace tributary::app {

namespace {

/// Room for the longest line, its label among it; a test writes the largest numbers.
constexpr std::size_t kLongestLine = 1024;

/// Writes the columns of one line one after the other.
class LineWriter {
 public:
    explicit LineWriter(FlowText::Format format) : is_json_(format == FlowText::Format::json) {
        if (is_json_) put("{");
    }

    void number(std::string_view name, std::uint64_t value) {
        begin(name);
        digits(value);
    }
    /// Seconds with all six decimals; nothing was before 1970.
    void seconds(std::string_view name, Micros time) {
        begin(name);
        const auto micros = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
        digits(micros / 1'000'000);
        std::uint64_t rest = micros % 1'000'000;
        *to_ = '.';
        for (int place = 6; place > 0; --place, rest /= 10) {
            to_[place] = static_cast<char>('0' + rest % 10);
        }
        to_ += 7;
    }
    /// Text that needs no escaping: our own words, checked class names.
    void text(std::string_view name, std::string_view value) {
        begin(name);
        quote();
        put(value);
        quote();
    }
    void address(std::string_view name, const datasets::Address& address) {
        if (address.is_v6) return text(name, datasets::to_string(address));
        begin(name);
        quote();
        for (std::size_t i = 0; i < 4; ++i) {
            if (i > 0) *to_++ = '.';
            digits(address.bytes[i]);
        }
        quote();
    }
    std::string_view finish() {
        put(is_json_ ? "}\n" : "\n");
        return {line_.data(), static_cast<std::size_t>(to_ - line_.data())};
    }

 private:
    void put(std::string_view text) {
        std::memcpy(to_, text.data(), text.size());
        to_ += text.size();
    }
    void digits(std::uint64_t value) { to_ = std::to_chars(to_, line_.end(), value).ptr; }
    void quote() {
        if (is_json_) *to_++ = '"';
    }
    void begin(std::string_view name) {
        if (!is_first_) *to_++ = ',';
        is_first_ = false;
        if (!is_json_) return;
        *to_++ = '"';
        put(name);
        put("\":");
    }

    std::array<char, kLongestLine> line_;
    char* to_ = line_.data();
    bool is_json_;
    bool is_first_ = true;
};

}  // namespace

std::string flow_csv_header() {
    return "start,end,src_ip,src_port,dest_ip,dest_port,proto,vlan,pkts_fwd,pkts_bwd,bytes_fwd,"
           "bytes_bwd,frame_bytes_fwd,frame_bytes_bwd,flags_fwd,flags_bwd,end_reason,"
           "community_id,label";
}

void FlowText::append(std::string& text, const datasets::FlowRecord& flow,
                      const datasets::ClassName& label) {
    if (!pseudonyms_) return append_as_is(text, flow, label);
    datasets::FlowRecord under_pseudonyms = flow;
    pseudonyms_->apply(under_pseudonyms);
    append_as_is(text, under_pseudonyms, label);
}

void FlowText::append_as_is(std::string& text, const datasets::FlowRecord& flow,
                            const datasets::ClassName& label) {
    const datasets::CommunityId id = community_ids_.of(flow);
    LineWriter line(format_);
    line.seconds("start", flow.start);
    line.seconds("end", flow.end);
    line.address("src_ip", flow.src);
    line.number("src_port", flow.src_port);
    line.address("dest_ip", flow.dst);
    line.number("dest_port", flow.dst_port);
    line.number("proto", flow.protocol);
    line.number("vlan", flow.vlan);
    line.number("pkts_fwd", flow.forward.packets);
    line.number("pkts_bwd", flow.backward.packets);
    line.number("bytes_fwd", flow.forward.ip_bytes);
    line.number("bytes_bwd", flow.backward.ip_bytes);
    line.number("frame_bytes_fwd", flow.forward.frame_bytes);
    line.number("frame_bytes_bwd", flow.backward.frame_bytes);
    line.number("flags_fwd", flow.forward.flags);
    line.number("flags_bwd", flow.backward.flags);
    line.text("end_reason", datasets::to_string(flow.end_reason));
    line.text("community_id", {id.data(), id.size()});
    line.text("label", label);
    text += line.finish();
}

}  // namespace tributary::app
