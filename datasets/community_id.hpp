#pragma once
// Community ID v1: one name for one flow across tools (Zeek, Suricata, Wireshark), so that a
// site's alerts can be joined with theirs. Never leaves the site as a feature. Any thread.
// Source: Community ID flow hashing, version 1 (SHA-1 over the ordered tuple, base64).

#include <array>
#include <memory>
#include <string>

#include "datasets/record.hpp"

struct evp_md_ctx_st;
struct evp_md_st;

namespace tributary::datasets {

/// The two ends of a flow as Community ID sees them; for ICMP the ports are type and code.
struct CommunityTuple {
    Address src;
    Address dst;
    std::uint16_t src_port = 0;
    std::uint16_t dst_port = 0;
    std::uint8_t protocol = 0;
};

/// For example "1:LQU9qZlK+B5F3KDmev6m5PMibrg=".
using CommunityId = std::array<char, 30>;

/// Many ids with one context of the hash. Move-only; one thread.
class CommunityIds {
 public:
    /// @param seed  chosen by the site; 0 is the usual one
    explicit CommunityIds(std::uint16_t seed = 0);

    CommunityId of(const CommunityTuple& tuple);
    /// Of a record; of ICMP with the type and code of its first packet.
    CommunityId of(const FlowRecord& record);

 private:
    struct Freer {
        void operator()(evp_md_ctx_st* context) const;
        void operator()(evp_md_st* digest) const;
    };

    std::uint16_t seed_;
    std::unique_ptr<evp_md_st, Freer> sha1_;
    std::unique_ptr<evp_md_ctx_st, Freer> context_;
};

/// One id.
std::string community_id(const CommunityTuple& tuple, std::uint16_t seed = 0);
std::string community_id(const FlowRecord& record);

}  // namespace tributary::datasets
