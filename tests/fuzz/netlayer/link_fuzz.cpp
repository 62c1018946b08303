// Any sequence of words from the transport to a link table: never more than once, never out of
// order, and no more kept than the bounds allow.
#include <cstdint>
#include <map>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "netlayer/link/link_table.hpp"

namespace {

using namespace tributary;
using namespace tributary::netlayer;

constexpr std::size_t kBound = 4;

/// What a second, simple model knows: the last number processed on each edge, and the dead edges.
struct Model {
    std::map<LinkTable::Key, Sequence> processed;
    std::set<LinkTable::Key> closed;
};

void arrive(LinkTable& links, Model& model, const LinkTable::Key& edge, ByteReader& in) {
    MessageReceived message{edge.first, edge.second, in.u8(), in.u8(), Retrieve{"o"}};
    const bool current = links.is_current(edge.first, edge.second);
    if (links.accept(message) != Verdict::process) return;
    TRIBUTARY_ASSERT(current && !model.closed.contains(edge));
    TRIBUTARY_ASSERT(message.sequence == model.processed[edge] + 1);
    model.processed[edge] = message.sequence;
}

void act(LinkTable& links, Model& model, ByteReader& in) {
    const std::uint8_t action = in.u8();
    const LinkTable::Key edge{in.u8() % 3, 1 + in.u8() % 4};
    const auto open = links.all().find(edge.first);
    switch (action % 7) {
        case 0:
            if (links.is_dead(edge.first, edge.second)) {
                TRIBUTARY_ASSERT(!links.open(edge.first, edge.second));
                break;
            }
            if (open != links.all().end()) model.closed.insert({edge.first, open->second.epoch});
            if (!model.closed.contains(edge)) {
                TRIBUTARY_ASSERT(links.open(edge.first, edge.second));
            } else {
                links.close(edge.first);
            }
            break;
        case 1: arrive(links, model, edge, in); break;
        case 2: links.number(edge.first, Retrieve{"o"}); break;
        case 3: links.interrupt(edge.first, Micros{in.u8()}); break;
        case 4:
            if (const auto missed = links.resume(edge, in.u8())) {
                TRIBUTARY_ASSERT(missed->size() <= kBound);
            }
            break;
        case 5:
            if (open != links.all().end()) model.closed.insert({edge.first, open->second.epoch});
            links.close_when_acknowledged(edge.first, Micros{0});
            break;
        default: links.expire_closing(Micros{in.u8()}, Micros{100}); break;
    }
    for (const auto& [peer, link] : links.all()) TRIBUTARY_ASSERT(link.outbox.size() <= kBound);
    static_cast<void>(links.take_broken());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    LinkTable links({64, kBound, kBound});
    Model model;
    ByteReader in(ByteView(data, size));
    while (in.remaining() > 0) act(links, model, in);
    return 0;
}
