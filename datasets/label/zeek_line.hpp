#pragma once
// What one line of a log of Zeek says, in whichever form it was written, and what that claims.
// One thread per object.

#include <array>
#include <string>
#include <string_view>

#include "datasets/label/joined_labels.hpp"

namespace tributary::datasets {

/// The fields that are read; all others are left alone.
enum class ZeekField : std::uint8_t {
    ts,
    orig_h,
    orig_p,
    resp_h,
    resp_p,
    proto,
    duration,
    community_id,
    note,
    label,
    detailed_label,
};
inline constexpr std::array<std::string_view, 11> kZeekFields = {
    "ts",       "id.orig_h",    "id.orig_p", "id.resp_h", "id.resp_p",     "proto",
    "duration", "community_id", "note",      "label",     "detailed-label"};

/// The values in this order; empty: not in the log, or unset.
class ZeekLine {
 public:
    std::string_view& operator[](ZeekField field) { return at(static_cast<std::size_t>(field)); }
    std::string_view operator[](ZeekField field) const {
        return values_[static_cast<std::size_t>(field)];
    }
    std::string_view& at(std::size_t place) { return values_[place]; }

 private:
    std::array<std::string_view, kZeekFields.size()> values_{};
};

/// Gathers the claims of one log.
class ZeekClaims {
 public:
    explicit ZeekClaims(const std::string& name) : labels_(name), name_(name) {}

    /// Takes a line; one that names no ends at all claims nothing.
    /// @error corrupt (it names half a connection), limit_exceeded
    Status take(const ZeekLine& line, std::uint32_t number);
    [[nodiscard]] Status refuse(std::size_t number, const std::string& cause) const;
    JoinedLabels finish() &&;

 private:
    JoinedLabels labels_;
    std::string name_;
};

/// The log in JSON, one object a line, as Zeek writes it with LogAscii::use_json.
/// @error mismatch (no line has a note or a label), corrupt, limit_exceeded
Result<JoinedLabels> parse_zeek_json(std::string_view text, const std::string& name);

/// Lines beyond this are refused.
inline constexpr std::size_t kMaxZeekLineBytes = 1 << 20;

}  // namespace tributary::datasets
