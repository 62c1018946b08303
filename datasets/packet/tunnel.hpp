#pragma once
// Packets inside packets: IP in IP, GRE, ERSPAN and VXLAN. Invariants as in decode.hpp; at most
// kMostTunnels are opened. Pure function; any thread. Source: docs/flows.md, "Tunnels".

#include "datasets/packet/decode.hpp"

namespace tributary::datasets {

inline constexpr int kMostTunnels = 4;

/// Replaces a packet that carries another by the innermost that can be read; time and frame bytes
/// stay. A fragment, and a tunnel whose inside cannot be read, are left as they are.
/// @param info  as decoded
void open_tunnels(PacketInfo& info);

}  // namespace tributary::datasets
