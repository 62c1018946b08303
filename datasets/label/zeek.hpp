#pragma once
// Zeek's logs as tab-separated text with their "#fields" line, or as JSON lines. notice.log: every
// notice about a connection claims it for the class that its note names. conn.log.labeled: every
// line claims its connection for its detailed label, else its label; "benign" is normal. Bounds:
// files of 4 GiB unpacked, lines of 1 MiB. Any thread.

#include <filesystem>

#include "datasets/label/joined_labels.hpp"

namespace tributary::datasets {

/// Either of the two logs in either form, told apart by their fields and first byte.
/// @param path  plain text, .zst or .gz
/// @error not_found, permission, io, limit_exceeded, mismatch (a field is missing), corrupt
Result<JoinedLabels> load_zeek(const std::filesystem::path& path);

/// @param name  of the source, and stands before every error
/// @error mismatch, corrupt, limit_exceeded
Result<JoinedLabels> parse_zeek(std::string_view text, const std::string& name = "Zeek log");

}  // namespace tributary::datasets
