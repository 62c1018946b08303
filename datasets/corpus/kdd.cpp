#include "datasets/corpus/kdd.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "datasets/corpus/text.hpp"
#include "datasets/feature/kdd_schema.hpp"
#include "datasets/label/class_name.hpp"

namespace tributary::datasets {
namespace {

constexpr std::size_t kMaxKddBytes = std::size_t{1} << 30;
constexpr std::size_t kMaxKddLineBytes = 4096;
constexpr std::size_t kMaxKddRows = 20'000'000;
constexpr std::size_t kFeatureColumns = 41;
constexpr std::size_t kLabelColumn = 41;    // from 0
constexpr std::size_t kMaxKddColumns = 43;  // with label and difficulty
constexpr std::uint64_t kMaxDifficulty = 21;
constexpr double kLargestCount = 9007199254740992.0;  // 2^53: beyond it a double skips integers

constexpr std::array<const char*, 3> kSymbolicNames{"protocol_type", "service", "flag"};

struct Category {
    std::string_view attack;
    std::string_view category;
};
constexpr std::array<Category, 40> kCategories{{
    {"apache2", "dos"},
    {"back", "dos"},
    {"buffer_overflow", "u2r"},
    {"ftp_write", "r2l"},
    {"guess_passwd", "r2l"},
    {"httptunnel", "r2l"},
    {"imap", "r2l"},
    {"ipsweep", "probe"},
    {"land", "dos"},
    {"loadmodule", "u2r"},
    {"mailbomb", "dos"},
    {"mscan", "probe"},
    {"multihop", "r2l"},
    {"named", "r2l"},
    {"neptune", "dos"},
    {"nmap", "probe"},
    {"normal", "normal"},
    {"perl", "u2r"},
    {"phf", "r2l"},
    {"pod", "dos"},
    {"portsweep", "probe"},
    {"processtable", "dos"},
    {"ps", "u2r"},
    {"rootkit", "u2r"},
    {"saint", "probe"},
    {"satan", "probe"},
    {"sendmail", "r2l"},
    {"smurf", "dos"},
    {"snmpgetattack", "r2l"},
    {"snmpguess", "r2l"},
    {"spy", "r2l"},
    {"sqlattack", "u2r"},
    {"teardrop", "dos"},
    {"udpstorm", "dos"},
    {"warezclient", "r2l"},
    {"warezmaster", "r2l"},
    {"worm", "dos"},
    {"xlock", "r2l"},
    {"xsnoop", "r2l"},
    {"xterm", "u2r"},
}};

/// Column of the file, from 0, that holds the i-th number.
constexpr std::size_t column_of_number(std::size_t i) {
    return i == 0 ? 0 : i + 3;
}

std::string column_name(std::size_t column) {
    if (column == kLabelColumn) return "label";
    if (column > kLabelColumn) return "difficulty";
    if (column >= 1 && column <= 3) return kSymbolicNames[column - 1];
    return kdd_numbers()[column == 0 ? 0 : column - 3].name;
}

class KddParser {
 public:
    KddParser(KddLabels labels, const std::string& name) : labels_(labels), name_(name) {
        out_.records.schema = &kdd_schema();
        out_.records.features = FeatureMatrix(kKddWidth);
    }

    Result<KddRecords> parse(std::string_view text) {
        LineReader lines(text);
        std::string_view line;
        while (lines.next(line)) {
            line_ = lines.line();
            if (!trimmed(line).empty()) TRIBUTARY_CHECK(take(line));
        }
        return std::move(out_);
    }

 private:
    Status take(std::string_view line) {
        if (line.size() > kMaxKddLineBytes) {
            return line_error(Errc::limit_exceeded,
                              "longer than 4096 bytes. Check that the file "
                              "is KDD text");
        }
        if (out_.records.labels.size() == kMaxKddRows) {
            return line_error(Errc::limit_exceeded, "more than 20 million rows. Split the file");
        }
        TRIBUTARY_CHECK(split(line));
        KddValues values;
        TRIBUTARY_CHECK(take_numbers(values));
        TRIBUTARY_CHECK(take_symbols(values));
        TRIBUTARY_TRY(const ClassName label, take_label());
        std::array<std::uint8_t, kKddWidth> row{};
        encode_kdd(values, row);
        out_.records.features.append(row);
        if (label != kNormalClass) out_.records.coverage.insert(label);
        out_.records.labels.push_back(label);
        return {};
    }

    Status split(std::string_view line) {
        count_ = 0;
        for (std::size_t start = 0; start <= line.size(); ++count_) {
            const std::size_t end = std::min(line.find(',', start), line.size());
            if (count_ < kMaxKddColumns)
                columns_[count_] = trimmed(line.substr(start, end - start));
            start = end + 1;
        }
        if (count_ != kFeatureColumns + 1 && count_ != kMaxKddColumns) {
            return line_error(Errc::corrupt,
                              std::to_string(count_) +
                                  " columns where KDD text has 42, or 43 with a difficulty. Check "
                                  "that the file is KDD text");
        }
        if (count_ == kMaxKddColumns && !parse_unsigned(columns_[42], kMaxDifficulty)) {
            return column_error(42, "is not a difficulty from 0 to 21");
        }
        return {};
    }

    Status take_numbers(KddValues& values) {
        for (std::size_t i = 0; i < kKddNumbers; ++i) {
            const std::size_t column = column_of_number(i);
            const auto value = parse_number(columns_[column]);
            if (!value) return column_error(column, "is not a finite number");
            if (*value < 0) return column_error(column, "is negative");
            if (kdd_numbers()[i].scale == KddNumber::Scale::unit && *value > 1) {
                return column_error(column, "is not between 0 and 1");
            }
            if (*value > kLargestCount) return column_error(column, "is too large for a count");
            values.numbers[i] = *value;
        }
        return {};
    }

    Status take_symbols(KddValues& values) {
        values.protocol = kdd_protocol_index(columns_[1]);
        if (values.protocol < 0) return column_error(1, "is none of icmp, tcp, udp");
        if (!is_class_name(columns_[2])) return column_error(2, "is not a service name");
        values.service = kdd_service_index(columns_[2]);
        out_.unknown_services += values.service < 0 ? 1 : 0;
        values.flag = kdd_flag_index(columns_[3]);
        if (values.flag < 0) return column_error(3, "is not a connection state such as SF or S0");
        return {};
    }

    Result<ClassName> take_label() {
        std::string_view label = columns_[kLabelColumn];
        if (label.ends_with('.')) label.remove_suffix(1);
        if (!is_class_name(label)) {
            return tl::unexpected(column_error(kLabelColumn, "is not a label").error());
        }
        // As published it is small; written otherwise it must not become an attack.
        const auto small = [](char one, char other) { return std::tolower(one) == other; };
        if (std::ranges::equal(label, std::string_view(kNormalClass), small)) label = kNormalClass;
        if (labels_ == KddLabels::attack_name) return ClassName(label);
        if (labels_ == KddLabels::attack) {
            return ClassName(label == kNormalClass ? kNormalClass : "attack");
        }
        const auto category = kdd_category(label);
        if (!category) {
            return tl::unexpected(
                column_error(kLabelColumn, "is no attack name whose category is known").error());
        }
        return ClassName(*category);
    }

    [[nodiscard]] Status line_error(Errc code, const std::string& cause) const {
        return fail(code, name_ + ", line " + std::to_string(line_) + ": " + cause);
    }
    [[nodiscard]] Status column_error(std::size_t column, const std::string& cause) const {
        return line_error(Errc::corrupt, "column " + std::to_string(column + 1) + " (" +
                                             column_name(column) +
                                             "): " + in_quotes(columns_[column]) + " " + cause +
                                             ". Correct or remove the line");
    }

    KddLabels labels_;
    std::string name_;
    KddRecords out_;
    std::size_t line_ = 0;
    std::size_t count_ = 0;
    std::array<std::string_view, kMaxKddColumns> columns_{};
};

}  // namespace

std::optional<std::string_view> kdd_category(std::string_view attack_name) {
    const auto* found =
        std::find_if(kCategories.begin(), kCategories.end(),
                     [&](const Category& entry) { return entry.attack == attack_name; });
    if (found == kCategories.end()) return std::nullopt;
    return found->category;
}

Result<KddRecords> parse_kdd(std::string_view text, KddLabels labels, const std::string& name) {
    return KddParser(labels, name).parse(text);
}

Result<KddRecords> load_kdd(const std::filesystem::path& path, KddLabels labels) {
    TRIBUTARY_TRY(const std::string text, read_text_file(path, kMaxKddBytes));
    return parse_kdd(text, labels, path.string());
}

}  // namespace tributary::datasets
