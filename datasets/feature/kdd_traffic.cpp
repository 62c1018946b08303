#include "datasets/feature/kdd_traffic.hpp"

#include <algorithm>
#include <array>

#include "datasets/feature/flow_state.hpp"

namespace tributary::datasets {
namespace {

struct PortName {
    std::uint16_t port;
    std::string_view tcp;
    std::string_view udp;
};

constexpr std::string_view kPrivateService = "private";

// By port: the name of the service over TCP and over UDP; empty: the port has none there.
constexpr std::array kPorts{
    PortName{5, "rje", ""},
    PortName{7, "echo", "echo"},
    PortName{9, "discard", "discard"},
    PortName{11, "systat", ""},
    PortName{13, "daytime", "daytime"},
    PortName{15, "netstat", ""},
    PortName{20, "ftp_data", ""},
    PortName{21, "ftp", ""},
    PortName{22, "ssh", ""},
    PortName{23, "telnet", ""},
    PortName{25, "smtp", ""},
    PortName{37, "time", "time"},
    PortName{42, "name", "name"},
    PortName{43, "whois", ""},
    PortName{53, "domain", "domain_u"},
    PortName{69, "", "tftp_u"},
    PortName{70, "gopher", ""},
    PortName{71, "remote_job", ""},
    PortName{77, "remote_job", ""},
    PortName{79, "finger", ""},
    PortName{80, "http", ""},
    PortName{84, "ctf", ""},
    PortName{87, "link", ""},
    PortName{95, "supdup", ""},
    PortName{101, "hostnames", ""},
    PortName{102, "iso_tsap", ""},
    PortName{105, "csnet_ns", ""},
    PortName{109, "pop_2", ""},
    PortName{110, "pop_3", ""},
    PortName{111, "sunrpc", "sunrpc"},
    PortName{113, "auth", ""},
    PortName{117, "uucp_path", ""},
    PortName{119, "nntp", ""},
    PortName{123, "", "ntp_u"},
    PortName{137, "netbios_ns", "netbios_ns"},
    PortName{138, "netbios_dgm", "netbios_dgm"},
    PortName{139, "netbios_ssn", ""},
    PortName{143, "imap4", ""},
    PortName{150, "sql_net", ""},
    PortName{175, "vmnet", ""},
    PortName{179, "bgp", ""},
    PortName{194, "IRC", ""},
    PortName{210, "Z39_50", ""},
    PortName{389, "ldap", ""},
    PortName{433, "nnsp", ""},
    PortName{443, "http_443", ""},
    PortName{512, "exec", ""},
    PortName{513, "login", ""},
    PortName{514, "shell", ""},
    PortName{515, "printer", ""},
    PortName{520, "efs", ""},
    PortName{530, "courier", ""},
    PortName{540, "uucp", ""},
    PortName{543, "klogin", ""},
    PortName{544, "kshell", ""},
    PortName{1911, "mtp", ""},
    PortName{2784, "http_2784", ""},
    PortName{5190, "aol", ""},
    PortName{6667, "IRC", ""},
    PortName{8001, "http_8001", ""},
};
static_assert(std::is_sorted(kPorts.begin(), kPorts.end(),
                             [](const PortName& a, const PortName& b) { return a.port < b.port; }));

/// The place in the vocabulary of the service of every port that has a name, over TCP and over UDP:
/// one lookup, where names would have to be compared for every connection.
class PortServices {
 public:
    PortServices() {
        const int unnamed = kdd_service_index(kPrivateService);
        for (std::size_t port = 0; port < kNamedPorts; ++port) {
            tcp_[port] = udp_[port] = port < kFirstUnprivileged ? unnamed : other_;
        }
        std::fill(tcp_.begin() + 6000, tcp_.begin() + 6064, kdd_service_index("X11"));
        for (const PortName& entry : kPorts) {
            if (!entry.tcp.empty()) tcp_[entry.port] = kdd_service_index(entry.tcp);
            if (!entry.udp.empty()) udp_[entry.port] = kdd_service_index(entry.udp);
        }
    }
    [[nodiscard]] int of(bool is_tcp, std::uint16_t port) const {
        if (port >= kNamedPorts) return other_;
        return is_tcp ? tcp_[port] : udp_[port];
    }

 private:
    static constexpr std::size_t kFirstUnprivileged = 1024;
    static constexpr std::size_t kNamedPorts = kPorts.back().port + 1;

    int other_ = kdd_service_index("other");
    std::array<int, kNamedPorts> tcp_{};
    std::array<int, kNamedPorts> udp_{};
};

std::string_view icmp_service(std::uint8_t type) {
    switch (type) {
        case 0: return "ecr_i";
        case 3: return "urp_i";
        case 5: return "red_i";
        case 8: return "eco_i";
        case 11: return "tim_i";
        default: return "urh_i";
    }
}

bool has_flag(const FlowSide& side, unsigned flag) {
    return (side.flags & flag) != 0;
}

/// After both sides said SYN: who ended the connection, and how.
std::string_view established_state(const FlowRecord& flow) {
    if (has_flag(flow.forward, kFlagRst)) return "RSTO";
    if (has_flag(flow.backward, kFlagRst)) return "RSTR";
    const bool client_left = has_flag(flow.forward, kFlagFin);
    const bool server_left = has_flag(flow.backward, kFlagFin);
    if (client_left && server_left) return "SF";
    if (client_left) return "S2";
    return server_left ? "S3" : "S1";
}

/// IP bytes without headers, as flow exports let one reckon them.
double payload_bytes(const FlowRecord& flow, const FlowSide& side) {
    const std::uint64_t ip_header = flow.src.is_v6 ? 40 : 20;
    const std::uint64_t transport = flow.protocol == kProtocolTcp ? 20 : 8;
    const std::uint64_t headers = side.packets * (ip_header + transport);
    return static_cast<double>(side.ip_bytes - std::min(side.ip_bytes, headers));
}

std::string_view protocol_name(std::uint8_t protocol) {
    switch (protocol) {
        case kProtocolTcp: return "tcp";
        case kProtocolIcmp:
        case kProtocolIcmp6: return "icmp";
        default: return "udp";
    }
}

}  // namespace

int kdd_service_place(const FlowRecord& flow) {
    if (protocol_name(flow.protocol) == "icmp") {
        return kdd_service_index(icmp_service(flow.forward.icmp_type));
    }
    static const PortServices services;
    return services.of(flow.protocol == kProtocolTcp, flow.dst_port);
}

std::string_view kdd_flag_of(const FlowRecord& flow) {
    // Without a handshake to follow, an answer or an attempt is all that can be told.
    if (!knows_flags(flow)) return "SF";
    if (!has_flag(flow.forward, kFlagSyn)) return "OTH";
    if (has_flag(flow.backward, kFlagSyn)) return established_state(flow);
    if (has_flag(flow.backward, kFlagRst)) return "REJ";
    if (has_flag(flow.forward, kFlagRst)) return "RSTOS0";
    if (has_flag(flow.forward, kFlagFin)) return "SH";
    return "S0";
}

KddValues KddTraffic::values_of(const FlowRecord& flow) {
    constexpr std::size_t kDuration = 0;
    constexpr std::size_t kSrcBytes = 1;
    constexpr std::size_t kDstBytes = 2;
    constexpr std::size_t kLand = 3;
    constexpr std::size_t kWrongFragment = 4;
    constexpr std::size_t kUrgent = 5;
    const std::string_view flag = kdd_flag_of(flow);
    KddValues values;
    values.protocol = kdd_protocol_index(protocol_name(flow.protocol));
    values.service = kdd_service_place(flow);
    values.flag = kdd_flag_index(flag);
    const Micros duration = std::max(Micros(0), flow.end - flow.start);
    values.numbers[kDuration] = static_cast<double>(duration.count() / 1'000'000);
    values.numbers[kSrcBytes] = payload_bytes(flow, flow.forward);
    values.numbers[kDstBytes] = payload_bytes(flow, flow.backward);
    values.numbers[kLand] = flow.src == flow.dst && flow.src_port == flow.dst_port ? 1 : 0;
    values.numbers[kWrongFragment] = flow.wrong_fragments;
    const bool is_urgent = has_flag(flow.forward, kFlagUrg) || has_flag(flow.backward, kFlagUrg);
    values.numbers[kUrgent] = knows_flags(flow) && is_urgent ? 1 : 0;
    context_.observe({.end = flow.end,
                      .src = flow.src,
                      .dst = flow.dst,
                      .src_port = flow.src_port,
                      .service = values.service,
                      .syn_error = flag == "S0" || flag == "S1" || flag == "S2" || flag == "S3",
                      .rejected = flag == "REJ"},
                     values);
    return values;
}

void KddTraffic::encode(const FlowRecord& flow, std::span<std::uint8_t> row) {
    encode_kdd(values_of(flow), row);
}

}  // namespace tributary::datasets
