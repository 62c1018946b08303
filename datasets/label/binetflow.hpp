#pragma once
// Labels of the CTU-13 data set: the bidirectional flow files of Argus (.binetflow), a label per
// flow. "Background" says nothing; what names a botnet is "botnet", malware "malware", normal
// traffic "normal". Times are taken as UTC. Lines without addresses of IP are passed over.
// Bounds: files of 4 GiB unpacked, lines of 64 KiB. Any thread.

#include <filesystem>

#include "datasets/label/joined_labels.hpp"

namespace tributary::datasets {

/// @param path  plain text, .zst or .gz
/// @error not_found, permission, io, limit_exceeded, mismatch (a column is missing), corrupt
Result<JoinedLabels> load_binetflow(const std::filesystem::path& path);

/// @param name  of the source, and stands before every error
/// @error mismatch, corrupt, limit_exceeded
Result<JoinedLabels> parse_binetflow(std::string_view text, const std::string& name = "binetflow");

}  // namespace tributary::datasets
