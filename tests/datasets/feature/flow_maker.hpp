#pragma once
// Flow records for tests: a complete TCP exchange that a test changes where it matters.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "datasets/feature/schema.hpp"
#include "datasets/record.hpp"
#include "tests/support/paths.hpp"

namespace tributary::datasets::testing {

/// 10.0.a.b
inline Address ipv4(std::uint8_t a, std::uint8_t b) {
    Address address;
    address.bytes = {10, 0, a, b};
    return address;
}

/// From 10.0.0.1:40000 to 10.0.0.2:443: 7 packets of 1023 bytes there, 1 of 511 back, in 255.9 ms.
inline FlowRecord tcp_flow() {
    FlowRecord flow;
    flow.src = ipv4(0, 1);
    flow.dst = ipv4(0, 2);
    flow.src_port = 40000;
    flow.dst_port = 443;
    flow.protocol = kProtocolTcp;
    flow.start = std::chrono::seconds(1'700'000'000);
    flow.end = flow.start + Micros(255'900);
    flow.forward = {.packets = 7, .ip_bytes = 1023, .flags = kFlagSyn | kFlagAck | kFlagPsh};
    flow.backward = {.packets = 1, .ip_bytes = 511, .flags = kFlagSyn | kFlagAck | kFlagFin};
    flow.has_flags = true;
    return flow;
}

/// A SYN without answer from `source` to `destination`, ending `end` after the epoch.
inline FlowRecord syn_probe(Address source, Address destination, std::uint16_t port, Micros end) {
    FlowRecord flow;
    flow.src = source;
    flow.dst = destination;
    flow.src_port = 50000;
    flow.dst_port = port;
    flow.protocol = kProtocolTcp;
    flow.start = end;
    flow.end = end;
    flow.forward = {.packets = 1, .ip_bytes = 60, .flags = kFlagSyn};
    flow.has_flags = true;
    return flow;
}

/// The numbers of a row by the names of its schema; zeros are left out.
inline std::map<std::string, int> nonzero(const Schema& schema,
                                          const std::vector<std::uint8_t>& row) {
    std::map<std::string, int> named;
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i] != 0) named[schema.features()[i].name] = row[i];
    }
    return named;
}

using tributary::testing::source_root;

}  // namespace tributary::datasets::testing
