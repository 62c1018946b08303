#include "datasets/feature/flow_schema.hpp"

#include <iterator>

#include "base/assert.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {
namespace {

constexpr const char* kBit = "0 or 1";
constexpr const char* kLog32 = "log2(1+x)/32, at most 1";
constexpr const char* kLog10 = "log2(1+x)/10, at most 1";
constexpr const char* kAsIs = "as is";

Feature bit(std::string name, std::string definition, std::string missing, std::string reveals) {
    return {std::move(name),    std::move(definition), "bit", kBit,
            std::move(missing), std::move(reveals)};
}

std::vector<Feature> protocol_features() {
    const std::string kind = "the transport protocol";
    return {
        bit("proto_tcp", "the protocol is TCP (6)", "0", kind),
        bit("proto_udp", "the protocol is UDP (17)", "0", kind),
        bit("proto_icmp4", "the protocol is ICMP for IPv4 (1)", "0", kind),
        bit("proto_icmp6", "the protocol is ICMP for IPv6 (58)", "0", kind),
        bit("proto_other", "the protocol is none of these", "0", kind),
        bit("ipv6", "the addresses are IPv6", "0", "the version of IP, no address"),
    };
}

Feature service(const std::string& name, const std::string& ports) {
    return bit("service_" + name, "the server port (destination port of TCP or UDP) is " + ports,
               "0", "the kind of service used, not its port");
}

std::vector<Feature> service_features() {
    return {
        service("dns", "53, 5353 or 5355"),
        service("http", "80, 8000, 8008, 8080, 8888 or 3128"),
        service("tls", "853, 8443, or 443 except on UDP"),
        service("quic", "443 on UDP"),
        service("mail", "25, 110, 143, 465, 587, 993 or 995"),
        service("remote", "22, 23, 3389 or 5900 to 5909 (SSH, Telnet, RDP, VNC)"),
        service("file", "111, 137 to 139, 445 or 2049 (SMB, NFS)"),
        service("database", "1433, 1521, 3306, 5432, 6379, 9042, 11211 or 27017"),
        service("management", "123, 161, 162 or 514 (NTP, SNMP, syslog)"),
        service("voice", "5004, 5005, 5060 or 5061 (RTP, SIP)"),
        service("high", "above 49151"),
        service("other", "any other, or the protocol has no ports"),
    };
}

std::vector<Feature> volume_features() {
    const auto volume = [](const char* name, const char* definition, const char* unit) {
        return Feature{name, definition, unit, kLog32, "0", "the size to an eighth of an octave"};
    };
    return {
        volume("pkts_fwd", "packets from source to destination", "packets"),
        volume("pkts_bwd", "packets from destination to source", "packets"),
        volume("bytes_fwd", "IP bytes from source to destination", "bytes"),
        volume("bytes_bwd", "IP bytes from destination to source", "bytes"),
        volume("bytes_total", "IP bytes of both directions", "bytes"),
        volume("pkts_total", "packets of both directions", "packets"),
    };
}

std::vector<Feature> time_features() {
    const auto timing = [](const char* name, const char* definition, const char* unit) {
        return Feature{name, definition,
                       unit, kLog32,
                       "0",  "how long and how fast, to an eighth of an octave; no time of day"};
    };
    return {
        timing("duration", "whole milliseconds from the first to the last packet", "ms"),
        timing("packet_rate", "pkts_total per second of duration, which counts as at least 1 ms",
               "packets/s"),
        timing("byte_rate", "bytes_total per second of duration, which counts as at least 1 ms",
               "bytes/s"),
    };
}

std::vector<Feature> shape_features() {
    const std::string size = "the typical packet size to 6 bytes";
    const std::string balance = "which side sends more";
    return {
        {"mean_size_fwd", "bytes_fwd / pkts_fwd", "bytes", "x/1500, at most 1", "0", size},
        {"mean_size_bwd", "bytes_bwd / pkts_bwd, 0 without a backward packet", "bytes",
         "x/1500, at most 1", "0", size},
        {"byte_ratio", "bytes_fwd / bytes_total", "share", kAsIs, "0", balance},
        {"packet_ratio", "pkts_fwd / pkts_total", "share", kAsIs, "0", balance},
        {"size_ratio", "mean size forward / (mean size forward + mean size backward)", "share",
         kAsIs, "0", balance},
        bit("one_way", "one direction has no packet", "0", "whether both sides were seen"),
    };
}

std::vector<Feature> flag_features() {
    const auto flag = [](const std::string& name, const std::string& upper) {
        return bit("flag_" + name, "any packet of a TCP flow has " + upper, "0 with has_flags 0",
                   "how the connection was opened and closed");
    };
    return {
        flag("syn", "SYN"),
        flag("fin", "FIN"),
        flag("rst", "RST"),
        flag("psh", "PSH"),
        flag("ack", "ACK"),
        flag("urg", "URG"),
        bit("has_flags", "the protocol is TCP and the source of the record gives its flags", "0",
            "whether the flags are known"),
    };
}

std::vector<Feature> state_features() {
    const std::string outcome = "whether the attempt succeeded";
    return {
        bit("no_reply", "no backward packet", "0", outcome),
        bit("refused", "the backward side has RST and no SYN", "0 with has_flags 0", outcome),
        bit("half_open", "the forward side has SYN and no ACK", "0 with has_flags 0", outcome),
    };
}

std::vector<Feature> context_features() {
    const auto count = [](const char* name, const char* definition) {
        return Feature{name,    std::string(definition) + ", at most 1024",
                       "count", kLog10,
                       "0",     "how busy a host of the site was for a minute, not which"};
    };
    const auto share = [](const char* name, const char* definition, const char* reveals) {
        return Feature{name, definition, "share", kAsIs, "0", reveals};
    };
    const std::string rhythm = "the rhythm of repeated connections; no time of day";
    return {
        count("src_flows", "flows of the source that ended in the last 60 s, this one included"),
        count("src_peers", "distinct destinations among src_flows"),
        count("src_ports", "distinct ports (with protocol) among src_flows to this destination"),
        count("service_flows",
              "flows to this port (with protocol) of this destination that ended in the last 60 s"),
        share("src_failed_share", "share of src_flows with no_reply, refused or half_open",
              "how much of a host's traffic failed for a minute"),
        share("src_service_share", "share of src_flows to the same port (with protocol)",
              "how uniform a host's traffic was for a minute"),
        share("dst_half_open_share",
              "share of half_open among the flows to this destination of the last 60 s",
              "how many connections to a host stayed half-open for a minute"),
        {"gap_mean",
         "mean gap between the starts of the last 8 flows of this source, destination and port "
         "(with protocol), forgotten 1 h after the last",
         "ms", kLog32, "0 with has_gap 0", rhythm},
        {"gap_variation", "standard deviation of these gaps / their mean, 0 when the mean is 0",
         "share", "as is, at most 1", "0 with has_gap 0", rhythm},
        bit("has_gap", "at least two such starts are known", "0", rhythm),
    };
}

void append(std::vector<Feature>& features, std::vector<Feature> more) {
    features.insert(features.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
}

std::vector<Feature> flow_features() {
    std::vector<Feature> features = protocol_features();
    append(features, service_features());
    append(features, volume_features());
    append(features, time_features());
    append(features, shape_features());
    append(features, flag_features());
    append(features, state_features());
    TRIBUTARY_ASSERT(features.size() == kFlowWidth);
    return features;
}

std::vector<Feature> flow_and_context_features() {
    std::vector<Feature> features = flow_features();
    append(features, context_features());
    TRIBUTARY_ASSERT(features.size() == kFlowContextWidth);
    return features;
}

}  // namespace

const Schema& flow_schema() {
    static const Schema schema("flow/1", flow_features());
    return schema;
}

const Schema& flow_context_schema() {
    static const Schema schema("flowctx/1", flow_and_context_features());
    return schema;
}

ServiceClass service_class(std::uint8_t protocol, std::uint16_t server_port) {
    if (protocol != kProtocolTcp && protocol != kProtocolUdp) return ServiceClass::other;
    if (server_port > 49151) return ServiceClass::high;
    if (server_port >= 5900 && server_port <= 5909) return ServiceClass::remote;
    switch (server_port) {
        case 53:
        case 5353:
        case 5355: return ServiceClass::dns;
        case 80:
        case 8000:
        case 8008:
        case 8080:
        case 8888:
        case 3128: return ServiceClass::http;
        case 443: return protocol == kProtocolUdp ? ServiceClass::quic : ServiceClass::tls;
        case 853:
        case 8443: return ServiceClass::tls;
        case 25:
        case 110:
        case 143:
        case 465:
        case 587:
        case 993:
        case 995: return ServiceClass::mail;
        case 22:
        case 23:
        case 3389: return ServiceClass::remote;
        case 111:
        case 137:
        case 138:
        case 139:
        case 445:
        case 2049: return ServiceClass::file;
        case 1433:
        case 1521:
        case 3306:
        case 5432:
        case 6379:
        case 9042:
        case 11211:
        case 27017: return ServiceClass::database;
        case 123:
        case 161:
        case 162:
        case 514: return ServiceClass::management;
        case 5004:
        case 5005:
        case 5060:
        case 5061: return ServiceClass::voice;
        default: return ServiceClass::other;
    }
}

}  // namespace tributary::datasets
