#pragma once
// flow/1 (43 numbers of one flow) and flowctx/1 (the same and 10 of its surroundings): what is
// common to captures, NetFlow v5/v9 and IPFIX, without any address or port.
// Immutable; any thread.
// Source: docs/features.md.

#include "datasets/feature/schema.hpp"

namespace tributary::datasets {

inline constexpr std::size_t kFlowWidth = 43;
inline constexpr std::size_t kFlowContextWidth = 53;

const Schema& flow_schema();
const Schema& flow_context_schema();

/// What a server port stands for; in the order of the columns.
enum class ServiceClass : std::uint8_t {
    dns,
    http,
    tls,
    quic,
    mail,
    remote,
    file,
    database,
    management,
    voice,
    high,
    other,
};
inline constexpr std::size_t kServiceClasses = 12;

/// Protocols other than TCP and UDP have no ports: other.
ServiceClass service_class(std::uint8_t protocol, std::uint16_t server_port);

}  // namespace tributary::datasets
