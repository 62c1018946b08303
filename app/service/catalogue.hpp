#pragma once
// The list of classifiers of a service, itself an object that migrates: whoever teaches a new
// classifier adds its id in the same operation, so that nobody sees one without the other.
// Format: magic "TRICATAL", u16 version, u32 count, then per id u16 size and bytes; ids ascend.
// Values; any thread. Source: docs/formats.md.

#include <set>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace tributary::app {

inline constexpr const char* kCatalogueId = "catalogue";
inline constexpr std::uint16_t kCatalogueFormat = 1;
inline constexpr std::size_t kCatalogueLimit = 4095;  ///< ids; the service's bound less this one

using Catalogue = std::set<std::string>;

/// @error limit_exceeded
Result<Bytes> encode_catalogue(const Catalogue& catalogue);

/// Empty bytes are an empty catalogue.
/// @error corrupt, limit_exceeded, mismatch (format version)
Result<Catalogue> decode_catalogue(ByteView bytes);

}  // namespace tributary::app
