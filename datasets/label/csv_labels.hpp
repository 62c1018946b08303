#pragma once
// Labels from a CSV list of flows, joined by the unordered pair of ends, the protocol and time:
// columns start,src_ip,src_port,dest_ip,dest_port,proto,label. A row speaks for a record when its
// start lies between 2 s before the record's start and the later of 2 s after it and the record's
// end. All rows that speak must agree, else the record is unknown and the conflict counted.
// Bounds: 5 million rows, 1,024 classes, lines of 64 KiB. Immutable after parsing except for the
// counters. One thread per object.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "datasets/label/label_source.hpp"

namespace tributary::datasets {

class CsvLabels final : public LabelSource {
 public:
    /// @param path  plain text, .zst or .gz
    /// @error not_found, permission, io, limit_exceeded, mismatch, corrupt (naming line and column)
    static Result<CsvLabels> load(const std::filesystem::path& path);

    /// @param name  of this source, and stands before every error
    /// @error mismatch (a column is missing), corrupt, limit_exceeded
    static Result<CsvLabels> parse(std::string_view text, const std::string& name = "CSV labels");

    [[nodiscard]] const std::string& name() const override { return name_; }
    /// Every class that occurs, without "normal".
    [[nodiscard]] const Coverage& coverage() const override { return coverage_; }

 private:
    struct Key {
        Address low;
        Address high;
        std::uint16_t low_port = 0;
        std::uint16_t high_port = 0;
        std::uint8_t protocol = 0;

        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const;
    };
    struct Entry {
        Micros start{0};
        std::uint32_t class_index = 0;
        std::uint32_t line = 0;
    };

    CsvLabels() = default;
    static Key key_of(const FlowRecord& flow);
    std::uint32_t class_index(const ClassName& name);
    [[nodiscard]] LabelVote decide(const FlowRecord& flow) override;

    std::string name_;
    Coverage coverage_;
    std::vector<ClassName> classes_;
    std::unordered_map<Key, std::vector<Entry>, KeyHash> entries_;  ///< each sorted by start
};

}  // namespace tributary::datasets
