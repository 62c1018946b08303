#pragma once
// KDD Cup 1999 and NSL-KDD text -> records in kdd41/1. A line has 41 columns and a label (which may
// end with a full stop), in the NSL files also a difficulty from 0 to 21, which is ignored.
// Bounds: lines of 4 KiB, files of 1 GiB unpacked, 20 million rows. Any thread.
// Source: docs/features.md, schema kdd41/1.

#include <filesystem>
#include <optional>
#include <string_view>

#include "datasets/label/label.hpp"

namespace tributary::datasets {

/// What the label of a row becomes.
enum class KddLabels {
    attack_name,  ///< "normal", "neptune", "smurf" ...
    category,     ///< "normal", "dos", "probe", "r2l", "u2r"
    attack,       ///< "normal" or "attack"
};

/// The category of a published attack name, "normal" for "normal"; empty when it is not known.
std::optional<std::string_view> kdd_category(std::string_view attack_name);

/// What one file held besides its rows.
struct KddRecords {
    LabelledRecords records;
    std::size_t unknown_services = 0;  ///< rows whose service is none of the 70; all zero there
};

/// Rows in file order; the coverage is every class that occurs, without "normal".
/// @param path  plain text, .zst or .gz
/// @error not_found, permission, io, limit_exceeded, corrupt (naming line and column)
Result<KddRecords> load_kdd(const std::filesystem::path& path, KddLabels labels);

/// @param name  stands before every error, for example the file's path
/// @error corrupt, limit_exceeded; both name line and column
Result<KddRecords> parse_kdd(std::string_view text, KddLabels labels,
                             const std::string& name = "KDD text");

}  // namespace tributary::datasets
