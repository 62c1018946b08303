#pragma once
// Export datagrams made byte by byte after RFC 3954, RFC 7011 and the published v5 layout.

#include <vector>

#include "tests/datasets/packet/packet_builder.hpp"

namespace tributary::datasets::testing {

struct V5Flow {
    std::uint32_t src = 0x0a000001;
    std::uint32_t dst = 0x0a000002;
    std::uint32_t packets = 3;
    std::uint32_t bytes = 300;
    std::uint32_t first_ms = 1000;
    std::uint32_t last_ms = 2500;
    std::uint16_t src_port = 40000;
    std::uint16_t dst_port = 80;
    std::uint8_t flags = 0x1b;
    std::uint8_t protocol = 6;
};

struct V5Header {
    std::uint32_t uptime_ms = 5000;
    std::uint32_t seconds = 1'700'000'000;
    std::uint32_t nanoseconds = 250'000'000;
    std::uint32_t sequence = 0;
    std::uint16_t sampling = 0;
};

inline Bytes v5(const V5Header& header, const std::vector<V5Flow>& flows) {
    ByteWriter out;
    out.be16(5);
    out.be16(static_cast<std::uint16_t>(flows.size()));
    out.be32(header.uptime_ms);
    out.be32(header.seconds);
    out.be32(header.nanoseconds);
    out.be32(header.sequence);
    out.be16(0);
    out.be16(header.sampling);
    for (const V5Flow& flow : flows) {
        out.be32(flow.src);
        out.be32(flow.dst);
        out.be64(0);
        out.be32(flow.packets);
        out.be32(flow.bytes);
        out.be32(flow.first_ms);
        out.be32(flow.last_ms);
        out.be16(flow.src_port);
        out.be16(flow.dst_port);
        out.u8(0);
        out.u8(flow.flags);
        out.u8(flow.protocol);
        out.u8(0);
        out.be64(0);
    }
    return out.take();
}

struct V9Header {
    std::uint32_t uptime_ms = 5000;
    std::uint32_t seconds = 1'700'000'000;
    std::uint32_t sequence = 0;
    std::uint32_t source = 1;
};

inline Bytes flow_set(std::uint16_t id, const Bytes& content) {
    ByteWriter out;
    out.be16(id);
    out.be16(static_cast<std::uint16_t>(4 + content.size()));
    out.put(content);
    return out.take();
}

inline Bytes v9(const V9Header& header, const Bytes& sets) {
    ByteWriter out;
    out.be16(9);
    out.be16(1);
    out.be32(header.uptime_ms);
    out.be32(header.seconds);
    out.be32(header.sequence);
    out.be32(header.source);
    out.put(sets);
    return out.take();
}

using Fields = std::vector<std::pair<std::uint16_t, std::uint16_t>>;  // element, length

inline Bytes field_list(const Fields& fields) {
    ByteWriter out;
    for (const auto& [element, length] : fields) {
        out.be16(element);
        out.be16(length);
    }
    return out.take();
}

inline Bytes template_set(std::uint16_t id, const Fields& fields) {
    ByteWriter out;
    out.be16(id);
    out.be16(static_cast<std::uint16_t>(fields.size()));
    out.put(field_list(fields));
    return flow_set(0, out.take());
}

inline Bytes options_template_set(std::uint16_t id, const Fields& scope, const Fields& options) {
    ByteWriter out;
    out.be16(id);
    out.be16(static_cast<std::uint16_t>(scope.size() * 4));
    out.be16(static_cast<std::uint16_t>(options.size() * 4));
    out.put(field_list(scope));
    out.put(field_list(options));
    return flow_set(1, out.take());
}

/// IPv4 flows with uptimes, as most exporters send them; 30 bytes a record.
inline Fields usual_fields() {
    return {{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1}, {6, 1}, {2, 4}, {1, 4}, {22, 4}, {21, 4}};
}
inline Bytes usual_record() {
    return hex("0a000001 0a000002 9c40 0050 06 1b 00000003 0000012c 000003e8 000009c4");
}

struct IpfixHeader {
    std::uint32_t seconds = 1'700'000'000;
    std::uint32_t sequence = 0;
    std::uint32_t domain = 1;
};

inline Bytes ipfix(const IpfixHeader& header, const Bytes& sets) {
    ByteWriter out;
    out.be16(10);
    out.be16(static_cast<std::uint16_t>(16 + sets.size()));
    out.be32(header.seconds);
    out.be32(header.sequence);
    out.be32(header.domain);
    out.put(sets);
    return out.take();
}

struct IpfixField {
    std::uint16_t element = 0;
    std::uint16_t length = 0;
    std::uint32_t enterprise = 0;
};
using IpfixFields = std::vector<IpfixField>;

inline Bytes ipfix_field_list(const IpfixFields& fields) {
    ByteWriter out;
    for (const IpfixField& field : fields) {
        const std::uint16_t bit = field.enterprise != 0 ? 0x8000 : 0;
        out.be16(static_cast<std::uint16_t>(field.element | bit));
        out.be16(field.length);
        if (field.enterprise != 0) out.be32(field.enterprise);
    }
    return out.take();
}

inline Bytes ipfix_template_set(std::uint16_t id, const IpfixFields& fields) {
    ByteWriter out;
    out.be16(id);
    out.be16(static_cast<std::uint16_t>(fields.size()));
    out.put(ipfix_field_list(fields));
    return flow_set(2, out.take());
}

/// @param scopes  how many of the fields, from the first, are the scope
inline Bytes ipfix_options_template_set(std::uint16_t id, std::uint16_t scopes,
                                        const IpfixFields& fields) {
    ByteWriter out;
    out.be16(id);
    out.be16(static_cast<std::uint16_t>(fields.size()));
    out.be16(scopes);
    out.put(ipfix_field_list(fields));
    return flow_set(3, out.take());
}

/// IPv4 flows with times in milliseconds; 38 bytes a record.
inline IpfixFields ipfix_fields() {
    return {{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1}, {6, 1}, {2, 4}, {1, 4}, {152, 8}, {153, 8}};
}
/// From 1,700,000,000.000 s to 1,700,000,001.012 s.
inline Bytes ipfix_record() {
    return hex("0a000001 0a000002 9c40 0050 06 1b 00000003 0000012c") +
           hex("0000018bcfe56800 0000018bcfe56bf4");
}

}  // namespace tributary::datasets::testing
