#include "netlayer/overlay/lock_model.hpp"

#include <algorithm>
#include <map>
#include <queue>

#include "base/random.hpp"
#include "netlayer/overlay/lock_letter.hpp"

namespace tributary::netlayer::overlay {

namespace {

using Kind = LetterKind;
using Role = LockRole;
using Process = LockProcess;

class LockModel {
 public:
    LockModel(const Tree& start, const LockModelOptions& options)
        : options_(options), random_(options.seed), processes_(start.size() + 1) {
        server_ = static_cast<NodeId>(start.size());
        for (NodeId id = 0; id < server_; ++id) processes_[id].links = start[id];
        processes_[start.root()].links.parent = server_;
        processes_[server_].links.key = kServerKey;
        processes_[server_].links.left = start.root();
        std::uint64_t time = 0;
        for (std::uint64_t i = 0; i < options.rotations; ++i) {
            time += random_.below(2 * options.gap + 1);
            Letter wish;
            wish.to = static_cast<NodeId>(random_.below(server_));
            wish.age = time;
            post(time, wish);
        }
    }

    LockModelResult run() {
        while (!letters_.empty()) {
            const Letter letter = letters_.top();
            letters_.pop();
            now_ = letter.time;
            deliver(letter);
        }
        for (const Process& process : processes_) {
            result_.locked += process.role == Role::none ? 0 : 1;
        }
        collect_tree();
        return std::move(result_);
    }

 private:
    void post(std::uint64_t time, Letter letter) {
        letter.time = time;
        letter.number = ++numbers_;
        letters_.push(letter);
    }

    /// Sends with a random delay, in order per direction of a pair.
    void send(Letter letter, NodeId from, NodeId to) {
        letter.from = from;
        letter.to = to;
        std::uint64_t& last = last_arrival_[{from, to}];
        last = std::max(last + 1, now_ + 1 + random_.below(options_.max_delay));
        ++result_.messages;
        post(last, letter);
    }

    void answer(Kind kind, const Letter& to) {
        Letter letter;
        letter.kind = kind;
        letter.age = to.age;
        send(letter, to.to, to.from);
    }

    [[nodiscard]] Process& at(NodeId id) { return processes_[id]; }
    [[nodiscard]] bool are_neighbours(NodeId id, NodeId other) {
        const Node& links = at(id).links;
        return links.parent == other || links.left == other || links.right == other;
    }

    void deliver(const Letter& letter) {
        const bool introduces = letter.kind == Kind::switch_b || letter.kind == Kind::wish;
        if (!introduces && !are_neighbours(letter.to, letter.from)) {
            at(letter.to).early.push_back(letter);  // its SWITCH is still under way
            return;
        }
        switch (letter.kind) {
            case Kind::wish: on_wish(letter); break;
            case Kind::lock: on_lock(letter); break;
            case Kind::lock_ok: on_lock_ok(letter); break;
            case Kind::lock_no: give_back(letter.to); break;
            case Kind::unlock: release(letter.to, Role::g); break;
            case Kind::lock_x: on_lock_x(letter); break;
            case Kind::lock_x_ok: on_lock_x_ok(letter); break;
            case Kind::lock_x_no: on_lock_x_no(letter); break;
            case Kind::lock_b: on_lock_b(letter); break;
            case Kind::lock_b_ok: ready(letter.to); break;
            case Kind::lock_b_no: on_lock_b_no(letter); break;
            case Kind::commit: on_commit(letter); break;
            case Kind::switch_g: on_switch_g(letter); break;
            case Kind::switch_b: on_switch_b(letter); break;
        }
    }

    void on_wish(const Letter& letter) {
        Process& p = at(letter.to);
        const NodeId left = p.links.left;
        const NodeId right = p.links.right;
        if (left == kNone && right == kNone) {
            ++result_.given_up;  // a leaf has nobody to lift
            return;
        }
        if (p.role != Role::none) {
            retry(letter.to, letter.age, letter.tries + 1);
            return;
        }
        p.x = right == kNone || (left != kNone && random_.below(2) == 0) ? left : right;
        p.role = Role::p;
        p.since = now_;
        p.age = letter.age;
        p.tries = letter.tries;
        Letter lock;
        lock.kind = Kind::lock;
        lock.age = letter.age;
        send(lock, letter.to, p.links.parent);
    }

    void retry(NodeId p, std::uint64_t age, std::uint32_t tries) {
        if (tries >= options_.tries) {
            ++result_.given_up;
            return;
        }
        Letter wish;
        wish.to = p;
        wish.age = age;
        wish.tries = tries;
        // Random back-off; the age stays.
        post(now_ + 1 + random_.below(options_.max_delay * (2 + tries)), wish);
    }

    /// A busy process refuses at once, and lets the oldest it refused go first for one back-off.
    [[nodiscard]] bool refuses(Process& process, std::uint64_t age) {
        if (process.role == Role::none) {
            return now_ < process.refused_until && age > process.refused_age;
        }
        if (now_ >= process.refused_until || age < process.refused_age) {
            process.refused_age = age;
            process.refused_until = now_ + options_.max_delay * 4;
        }
        return true;
    }

    void on_lock(const Letter& letter) {
        Process& g = at(letter.to);
        if (refuses(g, letter.age)) {
            answer(Kind::lock_no, letter);
            return;
        }
        if (options_.fault != LockFault::early_release) g.role = Role::g;
        answer(Kind::lock_ok, letter);
    }

    void on_lock_ok(const Letter& letter) {
        Process& p = at(letter.to);
        p.g = letter.from;
        Letter lock;
        lock.kind = Kind::lock_x;
        lock.age = p.age;
        send(lock, letter.to, p.x);
    }

    void on_lock_x(const Letter& letter) {
        Process& x = at(letter.to);
        if (refuses(x, letter.age)) {
            answer(Kind::lock_x_no, letter);
            return;
        }
        x.role = Role::x;
        const bool left = x.links.key < at(letter.from).links.key;  // the card of p
        x.b = left ? x.links.right : x.links.left;
        if (x.b == kNone) {
            ready(letter.to);
            return;
        }
        Letter lock;
        lock.kind = Kind::lock_b;
        lock.age = letter.age;
        lock.other = letter.from;
        send(lock, letter.to, x.b);
    }

    void on_lock_b(const Letter& letter) {
        Process& b = at(letter.to);
        if (refuses(b, letter.age)) {
            answer(Kind::lock_b_no, letter);
            return;
        }
        if (options_.fault != LockFault::early_release) b.role = Role::b;
        answer(Kind::lock_b_ok, letter);
    }

    void ready(NodeId id) {
        Process& x = at(id);
        Letter agreed;
        agreed.kind = Kind::lock_x_ok;
        agreed.other = x.b;
        send(agreed, id, x.links.parent);
    }

    void on_lock_b_no(const Letter& letter) {
        Process& x = at(letter.to);
        x.role = Role::none;
        Letter refused;
        refused.kind = Kind::lock_x_no;
        send(refused, letter.to, x.links.parent);
    }

    void on_lock_x_no(const Letter& letter) {
        Process& p = at(letter.to);
        if (options_.fault != LockFault::no_cancel) {
            Letter unlock;
            unlock.kind = Kind::unlock;
            send(unlock, letter.to, p.g);
        }
        give_back(letter.to);
    }

    void give_back(NodeId id) {
        Process& p = at(id);
        ++result_.refusals;
        end_of_wait(p);
        p.role = Role::none;
        retry(id, p.age, p.tries + 1);
    }

    void end_of_wait(const Process& p) {
        result_.longest_wait = std::max(result_.longest_wait, now_ - p.since);
    }

    void release(NodeId id, Role role) {
        if (at(id).role == role) at(id).role = Role::none;
    }

    /// All agreed: p changes its links and tells the others theirs.
    void on_lock_x_ok(const Letter& letter) {
        Process& p = at(letter.to);
        const NodeId x = letter.from;
        const NodeId b = letter.other;
        check_chain(letter.to, p.g, x, b);
        Letter commit;
        commit.kind = Kind::commit;
        commit.other = p.g;
        commit.inner = b;
        commit.lo = p.links.lo;
        commit.hi = p.links.hi;
        send(commit, letter.to, x);
        Letter to_g;
        to_g.kind = Kind::switch_g;
        to_g.other = x;
        send(to_g, letter.to, p.g);
        const bool left = p.links.left == x;
        (left ? p.links.left : p.links.right) = b;
        (left ? p.links.lo : p.links.hi) = at(x).links.key;
        p.links.parent = x;
        if (b != kNone) {
            Letter to_b;
            to_b.kind = Kind::switch_b;
            to_b.other = x;
            send(to_b, letter.to, b);
        }
        ++result_.rotations;
        end_of_wait(p);
        p.role = Role::none;
        replay(letter.to);
    }

    void check_chain(NodeId p, NodeId g, NodeId x, NodeId b) {
        const auto is_child = [this](NodeId parent, NodeId child) {
            return at(parent).links.left == child || at(parent).links.right == child;
        };
        const bool chain = is_child(g, p) && is_child(p, x) && (b == kNone || is_child(x, b));
        if (!chain) violate("a rotation commits on nodes that are no chain", p);
    }

    void on_commit(const Letter& letter) {
        Process& x = at(letter.to);
        const bool left = x.links.key < at(letter.from).links.key;
        (left ? x.links.right : x.links.left) = letter.from;
        x.links.parent = letter.other;
        x.links.lo = letter.lo;
        x.links.hi = letter.hi;
        release(letter.to, Role::x);
        replay(letter.to);
    }

    void on_switch_g(const Letter& letter) {
        Node& g = at(letter.to).links;
        if (g.left == letter.from) g.left = letter.other;
        if (g.right == letter.from) g.right = letter.other;
        release(letter.to, Role::g);
        replay(letter.to);
    }

    void on_switch_b(const Letter& letter) {
        Process& b = at(letter.to);
        if (b.links.parent == letter.other) b.links.parent = letter.from;
        release(letter.to, Role::b);
        replay(letter.to);
    }

    /// What new neighbours sent before they were known.
    void replay(NodeId id) {
        std::vector<Letter> early;
        early.swap(at(id).early);
        for (const Letter& letter : early) deliver(letter);
    }

    void violate(const std::string& what, NodeId id) {
        if (result_.violations.size() < 100) {
            result_.violations.push_back(what + " (process " + std::to_string(id) + ")");
        }
    }

    /// The tree that the processes believe in, if they agree on one.
    void collect_tree() {
        for (NodeId id = 0; id < server_; ++id) {
            for (const NodeId child : {at(id).links.left, at(id).links.right}) {
                if (child != kNone && at(child).links.parent != id) {
                    violate("a child does not know its parent", id);
                }
            }
            if (!at(id).early.empty()) violate("letters of a stranger were never read", id);
        }
        if (result_.locked > 0) {
            violate("locks are left when no rotation is", static_cast<NodeId>(result_.locked));
        }
        if (!result_.violations.empty()) return;
        std::vector<Node> nodes(server_);
        for (NodeId id = 0; id < server_; ++id) nodes[id] = at(id).links;
        nodes[at(server_).links.left].parent = kNone;
        result_.tree = Tree::from_links(std::move(nodes));
        if (std::string broken = result_.tree.check(); !broken.empty()) violate(broken, 0);
    }

    const LockModelOptions& options_;
    Random random_;
    std::vector<Process> processes_;
    NodeId server_ = kNone;
    std::priority_queue<Letter, std::vector<Letter>, std::greater<>> letters_;
    std::map<std::pair<NodeId, NodeId>, std::uint64_t> last_arrival_;
    std::uint64_t numbers_ = 0;
    std::uint64_t now_ = 0;
    LockModelResult result_;
};

}  // namespace

LockModelResult run_lock_model(const Tree& start, const LockModelOptions& options) {
    return LockModel(start, options).run();
}

}  // namespace tributary::netlayer::overlay
