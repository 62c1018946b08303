#include "datasets/label/cidr.hpp"

#include <arpa/inet.h>

#include "datasets/corpus/text.hpp"

namespace tributary::datasets {
namespace {

constexpr unsigned kBitsV4 = 32;
constexpr unsigned kBitsV6 = 128;

unsigned bits_of(const Address& address) {
    return address.is_v6 ? kBitsV6 : kBitsV4;
}

}  // namespace

Address masked(const Address& address, unsigned length) {
    Address out = address;
    for (unsigned i = 0; i < out.bytes.size(); ++i) {
        const unsigned first_bit = 8 * i;
        if (first_bit >= length) {
            out.bytes[i] = 0;
        } else if (length - first_bit < 8) {
            out.bytes[i] &= static_cast<std::uint8_t>(0xff00u >> (length - first_bit));
        }
    }
    return out;
}

bool Cidr::contains(const Address& other) const {
    return other.is_v6 == address.is_v6 && masked(other, length) == address;
}

Result<Address> parse_address(std::string_view text) {
    Address address;
    address.is_v6 = text.find(':') != std::string_view::npos;
    const std::string terminated(text.substr(0, INET6_ADDRSTRLEN));
    const bool whole = terminated.find('\0') == std::string::npos;
    if (!whole || inet_pton(address.is_v6 ? AF_INET6 : AF_INET, terminated.c_str(),
                            address.bytes.data()) != 1) {
        return fail(Errc::corrupt, in_quotes(text) + " is not an IPv4 or IPv6 address");
    }
    return address;
}

Result<Cidr> parse_cidr(std::string_view text) {
    const std::size_t slash = text.find('/');
    TRIBUTARY_TRY(const Address address, parse_address(text.substr(0, slash)));
    if (slash == std::string_view::npos) return Cidr{address, bits_of(address)};
    const auto length = parse_unsigned(text.substr(slash + 1), bits_of(address));
    if (!length) {
        return fail(Errc::corrupt, in_quotes(text) +
                                       " does not end with a prefix length from 0 to " +
                                       std::to_string(bits_of(address)));
    }
    const Cidr range{address, static_cast<unsigned>(*length)};
    if (masked(address, range.length) != address) {
        return fail(Errc::corrupt, in_quotes(text) + " has bits set after its prefix. Write /" +
                                       std::to_string(bits_of(address)) +
                                       " for one address, or clear these bits");
    }
    return range;
}

}  // namespace tributary::datasets
