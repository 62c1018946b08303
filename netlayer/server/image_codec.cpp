#include "netlayer/server/image_codec.hpp"

#include <deque>
#include <utility>

#include "base/hash.hpp"
#include "netlayer/wire/codec.hpp"

namespace tributary::netlayer {

namespace {

constexpr std::uint32_t kImageFormat = 4;
constexpr std::uint32_t kFormatWithoutKeys = 3;
constexpr std::uint32_t kFormatWithoutMembership = 2;
constexpr std::uint32_t kFormatWithoutHolding = 1;
constexpr std::size_t kHashLength = 64;
constexpr std::size_t kMaxText = 4096;

/// What was checked when it was sent or received is not bounded again here, except by its size.
CodecLimits wide_limits() {
    CodecLimits limits;
    limits.message_bytes = std::size_t{256} << 20U;
    limits.objects = limits.dependencies = limits.path = std::size_t{1} << 20U;
    return limits;
}

/// Calls `visit` for every object that a message carries.
template <typename AnyMessage, typename Visit>
void for_each_object(AnyMessage& message, const Visit& visit) {
    std::visit(
        [&](auto& content) {
            if constexpr (requires { content.object.body; }) visit(content.object);
            if constexpr (requires { content.copies.front().body; }) {
                for (auto& object : content.copies) visit(object);
            }
            if constexpr (requires { content.objects; }) {
                for (auto& object : content.objects) visit(object);
            }
        },
        message);
}

class ImageWriter {
 public:
    ImageWriter(const std::map<Body, std::string>& known, std::map<Body, std::string>& used)
        : known_(known), used_(used) {}

    StoredState write(const ServerImage& image) {
        out_.u32(kImageFormat);
        for (const std::uint64_t number :
             {image.incarnation, image.persists, image.epochs_minted, image.numbers}) {
            out_.u64(number);
        }
        count(image.children.size());
        for (const auto& [id, child] : image.children) put(child);
        put(image.links);
        count(image.queues.size());
        for (const auto& [id, queue] : image.queues) put(id, queue);
        count(image.updates.size());
        for (const auto& [id, update] : image.updates) put(id, update);
        count(image.holding ? 1 : 0);
        if (image.holding) put(*image.holding);
        state_.bytes = out_.take();
        return std::move(state_);
    }

 private:
    void count(std::size_t value) { out_.u32(static_cast<std::uint32_t>(value)); }
    void text(const std::string& value) {
        count(value.size());
        out_.put(to_bytes(value));
    }
    void put(const Card& card) {
        out_.u64(card.id);
        out_.u64(card.incarnation);
        text(card.endpoint);
        text(card.public_key);
        text(card.name);
        text(card.membership);
        out_.u64(card.key);
    }
    void put(const Child& child) {
        put(child.card);
        out_.u64(child.epoch);
        out_.u64(child.subtree);
        out_.u8(static_cast<std::uint8_t>((child.spoke ? 1U : 0U) | (child.fenced ? 2U : 0U)));
        out_.u64(child.ping);
    }
    void put(const LinkTable::Contents& links) {
        count(links.links.size());
        for (const auto& [peer, link] : links.links) put(peer, link);
        count(links.dead.size());
        for (const auto& [peer, epoch] : links.dead) {
            out_.u64(peer);
            out_.u64(epoch);
        }
    }
    void put(ProcessId peer, const Link& link) {
        for (const std::uint64_t number :
             {peer, link.epoch, link.sent, link.received, link.acknowledged}) {
            out_.u64(number);
        }
        out_.u8(link.greeted ? 1 : 0);
        count(link.outbox.size());
        Sequence sequence = link.acknowledged;
        for (const Message& message : link.outbox) {
            put(Frame{kServer, peer, link.epoch, ++sequence, 0, message});
        }
    }
    void put(const Holding& holding) {
        out_.u64(holding.leaver);
        out_.u64(holding.attempt);
        put(holding.successor);
        out_.u8(holding.rotation ? 1 : 0);
        out_.u64(holding.announced.at(holding.successor.id));
        count(holding.held.size());
        Sequence sequence = 0;
        for (const Message& message : holding.held) {
            put(Frame{kServer, holding.leaver, holding.announced.at(holding.successor.id),
                      ++sequence, 0, message});
        }
    }
    void put(Frame frame) {
        std::vector<std::string> hashes;
        for_each_object(*frame.message, [&](Object& object) {
            hashes.push_back(hash_of(std::exchange(object.body, nullptr)));
        });
        const auto bytes = encode(frame, wide_limits());
        count(bytes ? bytes->size() : 0);  // at its size a sent message cannot fail here
        if (bytes) out_.put(*bytes);
        count(hashes.size());
        for (const std::string& hash : hashes) text(hash);
    }
    std::string hash_of(const Body& body) {
        if (view(body).empty()) return {};
        const auto known = known_.find(body);
        const std::string hash =
            known != known_.end() ? known->second : to_hex(blake2b(view(body)));
        used_.emplace(body, hash);
        state_.bodies.emplace(hash, body);
        return hash;
    }
    void put(const ObjectId& id, const DistQueue& queue) {
        text(id);
        out_.u8(queue.idle() ? 1 : 0);
        count(queue.size());
        for (const QueueEntry& entry : queue.entries()) {
            out_.u64(entry.process);
            out_.u64(entry.operation);
        }
    }
    void put(OperationId id, const Update& update) {
        out_.u64(id);
        out_.u64(update.held);
        out_.u8(static_cast<std::uint8_t>((update.force ? 1U : 0U) | (update.computing ? 2U : 0U)));
        count(update.order.size());
        for (const ObjectId& object : update.order) text(object);
    }

    const std::map<Body, std::string>& known_;
    std::map<Body, std::string>& used_;
    ByteWriter out_;
    StoredState state_;
};

class ImageReader {
 public:
    explicit ImageReader(const StoredState& stored) : in_(stored.bytes), bodies_(stored.bodies) {}

    std::shared_ptr<const ServerImage> read() {
        auto image = std::make_shared<ServerImage>();
        format_ = in_.u32();
        demand(format_ >= kFormatWithoutHolding && format_ <= kImageFormat);
        image->incarnation = in_.u64();
        image->persists = in_.u64();
        image->epochs_minted = in_.u64();
        image->numbers = in_.u64();
        demand(image->incarnation <= kMaxIncarnation);
        repeat([&] {
            Child child = read_child();
            const ProcessId id = child.card.id;
            image->children.emplace(id, std::move(child));
        });
        repeat([&] {
            const ProcessId peer = in_.u64();
            image->links.links.emplace(peer, read_link());
        });
        repeat([&] {
            const ProcessId peer = in_.u64();
            image->links.dead.emplace_back(peer, in_.u64());
        });
        repeat([&] { read_queue(*image); });
        repeat([&] { read_update(*image); });
        if (format_ > kFormatWithoutHolding) {
            repeat([&] { read_holding(*image); });
        }
        demand(in_.ok() && in_.remaining() == 0);
        return good_ ? image : nullptr;
    }

 private:
    /// Reads a count and as many elements; every element takes at least one byte.
    template <typename Each>
    void repeat(const Each& each) {
        const std::uint32_t count = in_.u32();
        for (std::uint32_t i = 0; i < count && good_ && in_.ok(); ++i) each();
    }
    void demand(bool holds) { good_ = good_ && holds; }

    std::string text() {
        const std::uint32_t size = in_.u32();
        demand(size <= kMaxText);
        return good_ ? std::string(as_text(in_.take(size))) : std::string();
    }
    Card read_card() {
        Card card;
        card.id = in_.u64();
        card.incarnation = in_.u64();
        card.endpoint = text();
        card.public_key = text();
        card.name = text();
        if (format_ > kFormatWithoutMembership) card.membership = text();
        if (format_ > kFormatWithoutKeys) card.key = in_.u64();
        return card;
    }
    Child read_child() {
        Child child;
        child.card = read_card();
        child.epoch = in_.u64();
        child.subtree = in_.u64();
        const std::uint8_t flags = in_.u8();
        child.spoke = (flags & 1U) != 0;
        child.fenced = (flags & 2U) != 0;
        child.ping = in_.u64();
        return child;
    }
    Link read_link() {
        Link link;
        link.epoch = in_.u64();
        link.sent = in_.u64();
        link.received = in_.u64();
        link.acknowledged = in_.u64();
        link.greeted = in_.u8() != 0;
        repeat([&] {
            const Sequence sequence = link.acknowledged + link.outbox.size() + 1;
            if (auto message = read_message(link.epoch, sequence)) {
                link.outbox.push_back(std::move(*message));
            }
        });
        demand(link.epoch != 0 && link.acknowledged <= link.sent &&
               link.outbox.size() == link.sent - link.acknowledged);
        return link;
    }
    std::optional<Message> read_message(Epoch epoch, Sequence sequence) {
        auto frame = decode(in_.take(in_.u32()), wide_limits());
        std::vector<std::string> hashes;
        repeat([&] { hashes.push_back(text()); });
        demand(frame.has_value() && frame->message.has_value() && frame->epoch == epoch &&
               frame->sequence == sequence);
        if (!good_) return std::nullopt;
        std::size_t next = 0;
        for_each_object(*frame->message, [&](Object& object) {
            const std::string hash = next < hashes.size() ? hashes[next] : "?";
            ++next;
            if (hash.empty()) return;
            const auto body = bodies_.find(hash);
            demand(hash.size() == kHashLength && body != bodies_.end());
            if (good_) object.body = body->second;
        });
        demand(next == hashes.size());
        return std::move(frame->message);
    }
    void read_queue(ServerImage& image) {
        const ObjectId id = text();
        const bool idle = in_.u8() != 0;
        std::deque<QueueEntry> entries;
        repeat([&] {
            const ProcessId process = in_.u64();
            entries.push_back({process, in_.u64()});
        });
        demand(valid_object_id(id) && !entries.empty());
        if (good_) image.queues.emplace(id, DistQueue(kServer, std::move(entries), idle));
    }
    void read_holding(ServerImage& image) {
        Holding holding;
        holding.leaver = in_.u64();
        holding.attempt = in_.u64();
        holding.successor = read_card();
        if (format_ > kFormatWithoutKeys) holding.rotation = in_.u8() != 0;
        const Epoch epoch = in_.u64();
        holding.announced[holding.successor.id] = epoch;
        repeat([&] {
            if (auto message = read_message(epoch, holding.held.size() + 1)) {
                holding.held.push_back(std::move(*message));
            }
        });
        demand(epoch != 0 && !image.holding && holding.successor.id != kServer);
        if (good_) image.holding = std::move(holding);
    }
    void read_update(ServerImage& image) {
        const OperationId id = in_.u64();
        Update update;
        update.held = in_.u64();
        const std::uint8_t flags = in_.u8();
        update.force = (flags & 1U) != 0;
        update.computing = (flags & 2U) != 0;
        repeat([&] { update.order.push_back(text()); });
        demand(!update.order.empty() && update.held <= update.order.size());
        if (good_) image.updates.emplace(id, std::move(update));
    }

    ByteReader in_;
    const std::map<std::string, Body>& bodies_;
    std::uint32_t format_ = 0;
    bool good_ = true;
};

}  // namespace

StoredState ImageEncoder::encode(const ServerImage& image) {
    std::map<Body, std::string> used;
    StoredState state = ImageWriter(known_, used).write(image);
    known_ = std::move(used);
    return state;
}

Result<std::shared_ptr<const ServerImage>> decode_image(const StoredState& stored) {
    if (auto image = ImageReader(stored).read()) return image;
    return fail(Errc::corrupt,
                "the stored protocol state is damaged or of another version. Restore the store "
                "from a backup, or use the program that wrote it");
}

}  // namespace tributary::netlayer
