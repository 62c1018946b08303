#pragma once
// Addresses and address ranges as text. Values; any thread.

#include <string_view>

#include "base/result.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {

/// A prefix of an address: the bits after `length` are zero in `address`.
struct Cidr {
    Address address;
    unsigned length = 0;  ///< 0 to 32 (IPv4) or 128 (IPv6)

    [[nodiscard]] bool contains(const Address& other) const;
    bool operator==(const Cidr&) const = default;
};

/// Dotted quad or IPv6 text.
/// @error corrupt
Result<Address> parse_address(std::string_view text);

/// "10.1.0.0/16", "2001:db8::/32", or a plain address.
/// @error corrupt, also when bits after the prefix are set
Result<Cidr> parse_cidr(std::string_view text);

/// The address with all bits after `length` cleared.
Address masked(const Address& address, unsigned length);

}  // namespace tributary::datasets
