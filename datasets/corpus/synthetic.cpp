#include "datasets/corpus/synthetic.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>
#include <string_view>

#include "base/random.hpp"
#include "datasets/feature/kdd_schema.hpp"

namespace tributary::datasets {
namespace {

/// Places of the numbers that profiles set; every other number stays 0.
enum Number : std::size_t {
    duration = 0,
    src_bytes = 1,
    dst_bytes = 2,
    wrong_fragment = 4,
    hot = 6,
    failed_logins = 7,
    logged_in = 8,
    compromised = 9,
    root_shell = 10,
    num_root = 12,
    file_creations = 13,
    guest_login = 18,
    connections = 19,
    srv_connections = 20,
    serror = 21,
    srv_serror = 22,
    rerror = 23,
    srv_rerror = 24,
    same_srv = 25,
    diff_srv = 26,
    srv_diff_host = 27,
    host_count = 28,
    host_srv_count = 29,
    host_same_srv = 30,
    host_diff_srv = 31,
    host_same_port = 32,
    host_srv_diff = 33,
    host_serror = 34,
    host_srv_serror = 35,
    host_rerror = 36,
    host_srv_rerror = 37,
};

/// A number is exp(N(ln(1 + middle), spread)) - 1 for counts and N(middle, spread), cut to [0, 1],
/// for shares.
struct Spread {
    Number number;
    double middle;
    double spread;
};

/// One way in which records of a type look.
struct Profile {
    std::string_view type;
    double weight;  ///< of 1,000 records
    std::string_view protocol;
    std::span<const std::string_view> services;
    std::span<const std::string_view> flags;
    std::span<const Spread> spreads;
};

using Names = std::string_view;
constexpr std::array<Names, 1> kWeb{"http"};
constexpr std::array<Names, 4> kMail{"smtp", "pop_3", "imap4", "auth"};
constexpr std::array<Names, 3> kResolver{"domain_u", "ntp_u", "other"};
constexpr std::array<Names, 3> kFiles{"ftp_data", "ftp", "ssh"};
constexpr std::array<Names, 1> kTelnet{"telnet"};
constexpr std::array<Names, 2> kEcho{"ecr_i", "eco_i"};
constexpr std::array<Names, 1> kEchoReply{"ecr_i"};
constexpr std::array<Names, 1> kPrivate{"private"};
constexpr std::array<Names, 10> kScanned{"private", "other", "ftp",    "telnet", "finger",
                                         "smtp",    "http",  "sunrpc", "whois",  "time"};
constexpr std::array<Names, 1> kDone{"SF"};
constexpr std::array<Names, 6> kMostlyDone{"SF", "SF", "SF", "SF", "RSTO", "S1"};
constexpr std::array<Names, 2> kHalfOpen{"S0", "S0"};
constexpr std::array<Names, 3> kRefused{"REJ", "RSTR", "SF"};

constexpr std::array<Spread, 11> kBrowsing{{{src_bytes, 250, 0.3},
                                            {dst_bytes, 2500, 1.2},
                                            {logged_in, 1, 0},
                                            {connections, 7, 0.9},
                                            {srv_connections, 9, 0.9},
                                            {same_srv, 1, 0.02},
                                            {srv_diff_host, 0.1, 0.15},
                                            {host_count, 90, 0.9},
                                            {host_srv_count, 240, 0.2},
                                            {host_same_srv, 0.98, 0.06},
                                            {host_same_port, 0.03, 0.05}}};
constexpr std::array<Spread, 10> kLetters{{{duration, 2, 1.2},
                                           {src_bytes, 900, 0.8},
                                           {dst_bytes, 330, 0.3},
                                           {logged_in, 1, 0},
                                           {connections, 1, 0.4},
                                           {srv_connections, 2, 0.5},
                                           {same_srv, 1, 0.1},
                                           {host_count, 150, 0.7},
                                           {host_srv_count, 110, 0.6},
                                           {host_same_srv, 0.6, 0.2}}};
constexpr std::array<Spread, 8> kAnswers{{{src_bytes, 44, 0.15},
                                          {dst_bytes, 80, 0.5},
                                          {connections, 60, 1.1},
                                          {srv_connections, 60, 1.1},
                                          {same_srv, 1, 0.05},
                                          {host_count, 250, 0.1},
                                          {host_srv_count, 240, 0.15},
                                          {host_same_srv, 0.95, 0.08}}};
constexpr std::array<Spread, 10> kTransfers{{{src_bytes, 1500, 2.2},
                                             {dst_bytes, 30, 2.5},
                                             {logged_in, 0.8, 0.3},
                                             {connections, 2, 0.8},
                                             {srv_connections, 2, 0.8},
                                             {same_srv, 1, 0.1},
                                             {host_count, 110, 1},
                                             {host_srv_count, 50, 0.8},
                                             {host_same_port, 0.3, 0.3},
                                             {host_same_srv, 0.4, 0.2}}};
constexpr std::array<Spread, 11> kSynFlood{{{connections, 190, 0.5},
                                            {srv_connections, 10, 0.6},
                                            {serror, 0.98, 0.06},
                                            {srv_serror, 0.98, 0.06},
                                            {same_srv, 0.07, 0.04},
                                            {diff_srv, 0.06, 0.02},
                                            {host_count, 255, 0.02},
                                            {host_srv_count, 12, 0.6},
                                            {host_same_srv, 0.05, 0.03},
                                            {host_serror, 0.98, 0.06},
                                            {host_srv_serror, 0.98, 0.06}}};
constexpr std::array<Spread, 11> kServiceScan{{{connections, 150, 1.2},
                                               {srv_connections, 4, 1},
                                               {rerror, 0.75, 0.3},
                                               {srv_rerror, 0.7, 0.3},
                                               {same_srv, 0.15, 0.2},
                                               {diff_srv, 0.5, 0.35},
                                               {host_count, 250, 0.15},
                                               {host_srv_count, 8, 1},
                                               {host_diff_srv, 0.6, 0.3},
                                               {host_rerror, 0.7, 0.3},
                                               {host_srv_rerror, 0.6, 0.35}}};
constexpr std::array<Spread, 10> kHostSweep{{{src_bytes, 9, 0.2},
                                             {connections, 1, 0.2},
                                             {srv_connections, 12, 1},
                                             {srv_diff_host, 0.95, 0.12},
                                             {host_count, 30, 1.2},
                                             {host_same_port, 0.95, 0.15},
                                             {host_srv_diff, 0.5, 0.2},
                                             {same_srv, 1, 0.02},
                                             {host_same_srv, 0.7, 0.3},
                                             {host_srv_count, 30, 1}}};
constexpr std::array<Spread, 11> kPortScan{{{connections, 3, 1},
                                            {srv_connections, 2, 0.8},
                                            {rerror, 0.9, 0.2},
                                            {srv_rerror, 0.9, 0.2},
                                            {host_count, 200, 0.5},
                                            {host_srv_count, 3, 0.8},
                                            {host_diff_srv, 0.7, 0.3},
                                            {host_rerror, 0.8, 0.25},
                                            {same_srv, 0.6, 0.3},
                                            {host_same_srv, 0.05, 0.05},
                                            {host_srv_rerror, 0.8, 0.25}}};
constexpr std::array<Spread, 8> kEchoFlood{{{src_bytes, 1000, 0.1},
                                            {connections, 450, 0.4},
                                            {srv_connections, 450, 0.4},
                                            {same_srv, 1, 0.01},
                                            {host_count, 250, 0.1},
                                            {host_srv_count, 200, 0.4},
                                            {host_same_port, 0.8, 0.25},
                                            {host_same_srv, 0.8, 0.3}}};
constexpr std::array<Spread, 10> kStealthScan{{{src_bytes, 8, 0.1},
                                               {connections, 1, 0.3},
                                               {srv_connections, 2, 0.8},
                                               {srv_diff_host, 0.5, 0.4},
                                               {host_count, 40, 1},
                                               {host_same_port, 0.8, 0.3},
                                               {host_srv_diff, 0.4, 0.25},
                                               {same_srv, 1, 0.02},
                                               {host_same_srv, 0.7, 0.3},
                                               {host_srv_count, 30, 1}}};
constexpr std::array<Spread, 9> kLongRequest{{{src_bytes, 54000, 0.03},
                                              {dst_bytes, 8300, 0.05},
                                              {hot, 2, 0.1},
                                              {logged_in, 1, 0},
                                              {compromised, 1, 0.1},
                                              {connections, 5, 0.6},
                                              {srv_connections, 5, 0.6},
                                              {host_srv_count, 250, 0.05},
                                              {host_same_srv, 1, 0.02}}};
constexpr std::array<Spread, 8> kBadFragments{{{src_bytes, 28, 0.02},
                                               {wrong_fragment, 3, 0.05},
                                               {connections, 60, 0.6},
                                               {srv_connections, 60, 0.6},
                                               {host_count, 255, 0.02},
                                               {host_srv_count, 60, 0.5},
                                               {same_srv, 1, 0.02},
                                               {host_same_srv, 0.3, 0.2}}};
constexpr std::array<Spread, 11> kPirates{{{duration, 20, 2},
                                           {src_bytes, 600, 2},
                                           {hot, 8, 1.2},
                                           {logged_in, 1, 0},
                                           {guest_login, 1, 0},
                                           {connections, 1, 0.5},
                                           {srv_connections, 1, 0.6},
                                           {host_count, 150, 0.8},
                                           {host_srv_count, 50, 0.7},
                                           {same_srv, 1, 0.02},
                                           {host_same_srv, 0.4, 0.2}}};
constexpr std::array<Spread, 9> kGuessing{{{duration, 3, 0.4},
                                           {src_bytes, 125, 0.1},
                                           {dst_bytes, 179, 0.1},
                                           {failed_logins, 1, 0.05},
                                           {host_count, 250, 0.1},
                                           {host_srv_count, 50, 0.6},
                                           {same_srv, 1, 0.02},
                                           {connections, 2, 0.4},
                                           {srv_connections, 2, 0.4}}};
constexpr std::array<Spread, 13> kRooting{{{duration, 90, 1.2},
                                           {src_bytes, 1400, 0.6},
                                           {dst_bytes, 3000, 1},
                                           {hot, 2, 0.5},
                                           {logged_in, 1, 0},
                                           {compromised, 1, 0.6},
                                           {root_shell, 1, 0.2},
                                           {num_root, 1, 1},
                                           {file_creations, 1, 0.6},
                                           {same_srv, 1, 0.02},
                                           {connections, 1, 0.4},
                                           {srv_connections, 1, 0.4},
                                           {host_count, 100, 1}}};

constexpr std::array<Profile, 17> kProfiles{{
    {"normal", 300, "tcp", kWeb, kMostlyDone, kBrowsing},
    {"normal", 70, "tcp", kMail, kMostlyDone, kLetters},
    {"normal", 110, "udp", kResolver, kDone, kAnswers},
    {"normal", 55, "tcp", kFiles, kMostlyDone, kTransfers},
    {"neptune", 327, "tcp", kScanned, kHalfOpen, kSynFlood},
    {"satan", 29, "tcp", kScanned, kRefused, kServiceScan},
    {"ipsweep", 29, "icmp", kEcho, kDone, kHostSweep},
    {"portsweep", 23, "tcp", kScanned, kRefused, kPortScan},
    {"smurf", 21, "icmp", kEchoReply, kDone, kEchoFlood},
    {"nmap", 12, "icmp", kEcho, kDone, kStealthScan},
    {"back", 8, "tcp", kWeb, kMostlyDone, kLongRequest},
    {"teardrop", 7, "udp", kPrivate, kDone, kBadFragments},
    {"warezclient", 6, "tcp", kFiles, kDone, kPirates},
    {"pod", 1.5, "icmp", kEchoReply, kDone, kBadFragments},
    {"guess_passwd", 0.8, "tcp", kTelnet, kMostlyDone, kGuessing},
    {"buffer_overflow", 0.4, "tcp", kTelnet, kDone, kRooting},
    {"rootkit", 0.3, "tcp", kFiles, kDone, kRooting},
}};

/// Some records are unlike their type: this share takes each number of another profile, too, with
/// the second probability. Without them the types would lie too far apart to learn anything from.
constexpr double kUnlike = 0.12;
constexpr double kTaken = 0.35;
/// Shares have few values, as those of few connections have.
constexpr double kShareSteps = 10;

class Generator {
 public:
    explicit Generator(std::uint64_t seed) : random_(seed) {
        for (const Profile& profile : kProfiles) total_ += profile.weight;
    }

    ClassName next(std::span<std::uint8_t> row) {
        const Profile& profile = pick();
        KddValues values;
        values.protocol = kdd_protocol_index(profile.protocol);
        values.service = kdd_service_index(one_of(profile.services));
        values.flag = kdd_flag_index(one_of(profile.flags));
        for (const Spread& spread : profile.spreads) {
            values.numbers[spread.number] = draw(spread);
        }
        if (random_.chance(kUnlike)) blur(pick(), values);
        encode_kdd(values, row);
        return ClassName(profile.type);
    }

 private:
    void blur(const Profile& other, KddValues& values) {
        if (random_.chance(kTaken)) values.service = kdd_service_index(one_of(other.services));
        if (random_.chance(kTaken)) values.flag = kdd_flag_index(one_of(other.flags));
        for (const Spread& spread : other.spreads) {
            if (random_.chance(kTaken)) values.numbers[spread.number] = draw(spread);
        }
    }

    const Profile& pick() {
        double left = random_.unit() * total_;
        for (const Profile& profile : kProfiles) {
            left -= profile.weight;
            if (left < 0) return profile;
        }
        return kProfiles.front();
    }

    std::string_view one_of(std::span<const std::string_view> names) {
        return names[static_cast<std::size_t>(random_.below(names.size()))];
    }

    /// A standard normal number (Box and Muller).
    double normal() {
        const double radius = std::sqrt(-2 * std::log(1 - random_.unit()));
        return radius * std::cos(2 * std::numbers::pi * random_.unit());
    }

    double draw(const Spread& spread) {
        const KddNumber& number = kdd_numbers()[spread.number];
        if (number.scale == KddNumber::Scale::unit) {
            const double share = std::clamp(spread.middle + spread.spread * normal(), 0.0, 1.0);
            const bool is_bit = std::string_view(number.unit) == "bit";
            return is_bit ? std::round(share) : std::round(share * kShareSteps) / kShareSteps;
        }
        const double drawn = std::exp(std::log1p(spread.middle) + spread.spread * normal()) - 1;
        return std::round(std::clamp(drawn, 0.0, number.cap));
    }

    Random random_;
    double total_ = 0;
};

}  // namespace

Result<LabelledRecords> synthetic_kdd(std::size_t count, std::uint64_t seed) {
    if (count > kSyntheticLimit) {
        return fail(Errc::limit_exceeded, std::to_string(count) +
                                              " made-up records; the limit is " +
                                              std::to_string(kSyntheticLimit) + ". Ask for fewer");
    }
    LabelledRecords records;
    records.schema = &kdd_schema();
    records.features = FeatureMatrix(kKddWidth);
    records.features.reserve(count);
    Generator generator(seed);
    std::array<std::uint8_t, kKddWidth> row{};
    for (std::size_t i = 0; i < count; ++i) {
        ClassName type = generator.next(row);
        records.features.append(row);
        if (type != kNormalClass) records.coverage.insert(type);
        records.labels.push_back(std::move(type));
    }
    return records;
}

}  // namespace tributary::datasets
