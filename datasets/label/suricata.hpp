#pragma once
// Suricata's eve.json: every alert claims its flow for the class that its category names. Other
// events say nothing. Lines that are no JSON are refused by their number.
// Bounds: files of 4 GiB unpacked, lines of 1 MiB. Any thread.

#include <filesystem>
#include <optional>

#include "datasets/label/joined_labels.hpp"

namespace tributary::datasets {

/// @param path  plain text, .zst or .gz
/// @error not_found, permission, io, limit_exceeded, corrupt (naming the line)
Result<JoinedLabels> load_suricata(const std::filesystem::path& path);

/// @param name  of the source, and stands before every error
/// @error corrupt, limit_exceeded
Result<JoinedLabels> parse_suricata(std::string_view text, const std::string& name = "eve.json");

/// "2017-03-23T14:01:02.123456+0200" and the like, as wall time.
std::optional<Micros> parse_iso_time(std::string_view text);

}  // namespace tributary::datasets
