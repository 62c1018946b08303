#include "datasets/feature/kdd_schema.hpp"

#include <algorithm>
#include <cmath>

#include "base/assert.hpp"
#include "datasets/feature/scale.hpp"

namespace tributary::datasets {
namespace {

using Scale = KddNumber::Scale;

constexpr std::array<KddNumber, kKddNumbers> kNumbers{{
    {"duration", Scale::log_cap, 1e5, "time from the first to the last packet", "s"},
    {"src_bytes", Scale::log_cap, 2e9, "payload bytes from source to destination", "bytes"},
    {"dst_bytes", Scale::log_cap, 2e9, "payload bytes from destination to source", "bytes"},
    {"land", Scale::unit, 1, "source and destination are the same address and port", "bit"},
    {"wrong_fragment", Scale::log_cap, 3, "wrong fragments", "count"},
    {"urgent", Scale::log_cap, 3, "urgent packets", "count"},
    {"hot", Scale::log_cap, 100, "hot indicators in the payload", "count"},
    {"num_failed_logins", Scale::log_cap, 5, "failed logins", "count"},
    {"logged_in", Scale::unit, 1, "a login succeeded", "bit"},
    {"num_compromised", Scale::log_cap, 1e4, "compromised conditions", "count"},
    {"root_shell", Scale::unit, 1, "a root shell was obtained", "bit"},
    {"su_attempted", Scale::log_cap, 2, "su root was attempted", "count"},
    {"num_root", Scale::log_cap, 1e4, "accesses as root", "count"},
    {"num_file_creations", Scale::log_cap, 100, "file creations", "count"},
    {"num_shells", Scale::log_cap, 5, "shell prompts", "count"},
    {"num_access_files", Scale::log_cap, 10, "accesses to access control files", "count"},
    {"num_outbound_cmds", Scale::unit, 1, "outbound commands in an ftp session", "bit"},
    {"is_host_login", Scale::unit, 1, "the login is on the hot list", "bit"},
    {"is_guest_login", Scale::unit, 1, "the login is a guest", "bit"},
    {"count", Scale::log_cap, 511, "connections to the same host in the last 2 s", "count"},
    {"srv_count", Scale::log_cap, 511, "connections to the same service in the last 2 s", "count"},
    {"serror_rate", Scale::unit, 1, "share of count with a SYN error", "share"},
    {"srv_serror_rate", Scale::unit, 1, "share of srv_count with a SYN error", "share"},
    {"rerror_rate", Scale::unit, 1, "share of count that was rejected", "share"},
    {"srv_rerror_rate", Scale::unit, 1, "share of srv_count that was rejected", "share"},
    {"same_srv_rate", Scale::unit, 1, "share of count to the same service", "share"},
    {"diff_srv_rate", Scale::unit, 1, "share of count to other services", "share"},
    {"srv_diff_host_rate", Scale::unit, 1, "share of srv_count to other hosts", "share"},
    {"dst_host_count", Scale::linear, 255, "of the last 255, those to the same host", "count"},
    {"dst_host_srv_count", Scale::linear, 255,
     "of the last 255, those to the same host and service", "count"},
    {"dst_host_same_srv_rate", Scale::unit, 1, "share of dst_host_count to the same service",
     "share"},
    {"dst_host_diff_srv_rate", Scale::unit, 1, "share of dst_host_count to other services",
     "share"},
    {"dst_host_same_src_port_rate", Scale::unit, 1,
     "share of dst_host_count from the same source port", "share"},
    {"dst_host_srv_diff_host_rate", Scale::unit, 1,
     "share of dst_host_srv_count from other sources", "share"},
    {"dst_host_serror_rate", Scale::unit, 1, "share of dst_host_count with a SYN error", "share"},
    {"dst_host_srv_serror_rate", Scale::unit, 1, "share of dst_host_srv_count with a SYN error",
     "share"},
    {"dst_host_rerror_rate", Scale::unit, 1, "share of dst_host_count that was rejected", "share"},
    {"dst_host_srv_rerror_rate", Scale::unit, 1, "share of dst_host_srv_count that was rejected",
     "share"},
}};

// Each list is sorted, so that a name is found by bisection.
constexpr std::array<std::string_view, kKddProtocols> kProtocols{"icmp", "tcp", "udp"};

constexpr std::array<std::string_view, kKddServices> kServices{
    "IRC",      "X11",      "Z39_50",      "aol",        "auth",        "bgp",      "courier",
    "csnet_ns", "ctf",      "daytime",     "discard",    "domain",      "domain_u", "echo",
    "eco_i",    "ecr_i",    "efs",         "exec",       "finger",      "ftp",      "ftp_data",
    "gopher",   "harvest",  "hostnames",   "http",       "http_2784",   "http_443", "http_8001",
    "imap4",    "iso_tsap", "klogin",      "kshell",     "ldap",        "link",     "login",
    "mtp",      "name",     "netbios_dgm", "netbios_ns", "netbios_ssn", "netstat",  "nnsp",
    "nntp",     "ntp_u",    "other",       "pm_dump",    "pop_2",       "pop_3",    "printer",
    "private",  "red_i",    "remote_job",  "rje",        "shell",       "smtp",     "sql_net",
    "ssh",      "sunrpc",   "supdup",      "systat",     "telnet",      "tftp_u",   "tim_i",
    "time",     "urh_i",    "urp_i",       "uucp",       "uucp_path",   "vmnet",    "whois"};

constexpr std::array<std::string_view, kKddFlags> kFlags{
    "OTH", "REJ", "RSTO", "RSTOS0", "RSTR", "S0", "S1", "S2", "S3", "SF", "SH"};

static_assert(std::is_sorted(kProtocols.begin(), kProtocols.end()));
static_assert(std::is_sorted(kServices.begin(), kServices.end()));
static_assert(std::is_sorted(kFlags.begin(), kFlags.end()));

template <std::size_t Count>
int index_in(const std::array<std::string_view, Count>& names, std::string_view name) {
    const auto found = std::lower_bound(names.begin(), names.end(), name);
    return found != names.end() && *found == name ? static_cast<int>(found - names.begin()) : -1;
}

std::string cap_text(double cap) {
    return std::to_string(static_cast<long long>(cap));
}

std::string transform_of(const KddNumber& number) {
    switch (number.scale) {
        case Scale::log_cap: return "log(1+x)/log(1+" + cap_text(number.cap) + "), at most 1";
        case Scale::linear: return "x/" + cap_text(number.cap) + ", at most 1";
        case Scale::unit: break;
    }
    return std::string_view(number.unit) == "bit" ? "0 or 1" : "as is";
}

std::string reveals(std::size_t column) {
    if (column < 1) return "how long connections last; no time of day";
    if (column < 3) return "the amount of data to about 8 percent";
    if (column < 6) return "rare faults of packets";
    if (column < 19) return "what the payload of a session did; only in published data";
    if (column < 28) return "how busy a host was for 2 s, not which";
    return "how the last connections to a host went, not which host";
}

template <std::size_t Count>
void append_names(std::vector<Feature>& features, const std::string& group, const std::string& what,
                  const std::array<std::string_view, Count>& names) {
    for (const std::string_view name : names) {
        features.push_back({group + "_" + std::string(name), what + " is " + std::string(name),
                            "bit", "0 or 1", "0", what + ", no address and no port"});
    }
}

std::vector<Feature> kdd_features() {
    std::vector<Feature> features;
    for (const KddNumber& number : kNumbers) {
        features.push_back({number.name, number.definition, number.unit, transform_of(number), "0",
                            reveals(features.size())});
    }
    append_names(features, "protocol", "the protocol", kProtocols);
    append_names(features, "service", "the service", kServices);
    append_names(features, "flag", "the state of the connection", kFlags);
    TRIBUTARY_ASSERT(features.size() == kKddWidth);
    return features;
}

/// The logarithm of each column's cap, taken once.
const std::array<double, kKddNumbers> kLogOfCap = [] {
    std::array<double, kKddNumbers> made;
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = std::log1p(kNumbers[i].cap);
    return made;
}();

double scaled(std::size_t column, double value) {
    const KddNumber& number = kNumbers[column];
    switch (number.scale) {
        case Scale::log_cap: return log_cap_scale(value, number.cap, kLogOfCap[column]);
        case Scale::linear: return linear_scale(value, number.cap);
        case Scale::unit: break;
    }
    return value;
}

}  // namespace

const Schema& kdd_schema() {
    static const Schema schema("kdd41/1", kdd_features());
    return schema;
}

const std::array<KddNumber, kKddNumbers>& kdd_numbers() {
    return kNumbers;
}

int kdd_protocol_index(std::string_view name) {
    return index_in(kProtocols, name);
}

int kdd_service_index(std::string_view name) {
    return index_in(kServices, name);
}

int kdd_flag_index(std::string_view name) {
    return name == "RSTRH" || name == "SHR" ? index_in(kFlags, "OTH") : index_in(kFlags, name);
}

std::string_view kdd_service_name(int place) {
    return kServices.at(static_cast<std::size_t>(place));
}

void encode_kdd(const KddValues& values, std::span<std::uint8_t> row) {
    TRIBUTARY_ASSERT(row.size() == kKddWidth);
    std::fill(row.begin(), row.end(), std::uint8_t{0});
    for (std::size_t i = 0; i < kKddNumbers; ++i) {
        // Zero stays zero under every scale, and most columns are.
        if (values.numbers[i] != 0) row[i] = quantize(scaled(i, values.numbers[i]));
    }
    const auto mark = [&row](std::size_t start, int index, std::size_t count) {
        if (index < 0) return;
        TRIBUTARY_ASSERT(static_cast<std::size_t>(index) < count);
        row[start + static_cast<std::size_t>(index)] = 255;
    };
    mark(kKddNumbers, values.protocol, kKddProtocols);
    mark(kKddNumbers + kKddProtocols, values.service, kKddServices);
    mark(kKddNumbers + kKddProtocols + kKddServices, values.flag, kKddFlags);
}

}  // namespace tributary::datasets
