#include "app/bench/migration/raw_forwarder.hpp"

#include <array>
#include <deque>
#include <zmq.hpp>

#include "app/bench/migration/private_server.hpp"

namespace tributary::app {

namespace {

using RawPath = RawForwarderService::Path;

constexpr std::size_t kRequestBytes = 64;
constexpr std::chrono::milliseconds kPollTime{10};
/// The path stays up a little longer than the count, so that the last answers arrive.
constexpr Micros kOverrun = std::chrono::milliseconds(200);

zmq::socket_t listen_curve(zmq::context_t& context, const RawPath& path, const std::string& at) {
    zmq::socket_t socket(context, zmq::socket_type::router);
    socket.set(zmq::sockopt::curve_server, 1);
    socket.set(zmq::sockopt::curve_secretkey, path.keys.secret_key);
    socket.set(zmq::sockopt::linger, 0);
    socket.bind(at);
    return socket;
}

zmq::socket_t dial_curve(zmq::context_t& context, const RawPath& path, const std::string& at) {
    zmq::socket_t socket(context, zmq::socket_type::dealer);
    socket.set(zmq::sockopt::curve_serverkey, path.keys.public_key);
    socket.set(zmq::sockopt::curve_publickey, path.keys.public_key);
    socket.set(zmq::sockopt::curve_secretkey, path.keys.secret_key);
    socket.set(zmq::sockopt::linger, 0);
    socket.connect(at);
    return socket;
}

/// Moves all frames of the messages that wait, and counts the messages.
std::uint64_t move_messages(zmq::socket_t& from, zmq::socket_t& to) {
    std::uint64_t moved = 0;
    zmq::message_t frame;
    while (from.recv(frame, zmq::recv_flags::dontwait)) {
        const bool more = frame.more();
        to.send(frame, more ? zmq::send_flags::sndmore : zmq::send_flags::none);
        moved += more ? 0 : 1;
    }
    return moved;
}

class RawSession final : public Session {
 public:
    RawSession(const RawPath& path, std::size_t number) : number_(number) {
        if (number == kFarEnd) listening_ = listen_curve(context_, path, path.far_end);
        if (number == kForwarder) {
            listening_ = listen_curve(context_, path, path.forwarder);
            dialled_ = dial_curve(context_, path, path.far_end);
        }
        if (number == kNearEnd) dialled_ = dial_curve(context_, path, path.forwarder);
    }

    Status fill(const Load& /*load*/) override { return {}; }
    Result<std::uint64_t> count(const Load& /*load*/) override { return 0; }

    Result<Tally> run(const Load& load, Micros start) override {
        try {
            if (number_ == kFarEnd) return answer(load, start);
            if (number_ == kForwarder) return forward(load, start);
            return request(load, start);
        } catch (const zmq::error_t& error) {
            return fail(Errc::io, std::string("the raw forwarder failed: ") + error.what());
        }
    }

 private:
    Result<Tally> answer(const Load& load, Micros start) {
        Random random(0);
        const Bytes body = first_body(load.body_bytes, random);
        const Micros last = start + load.duration + kOverrun;
        listening_.set(zmq::sockopt::rcvtimeo, static_cast<int>(kPollTime.count()));
        zmq::message_t frame;
        while (clock_.monotonic() < last) {
            if (!listening_.recv(frame)) continue;
            const bool more = frame.more();
            if (more) {
                listening_.send(frame, zmq::send_flags::sndmore);
            } else {
                listening_.send(zmq::buffer(body));
            }
        }
        return Tally{};
    }

    Result<Tally> forward(const Load& load, Micros start) {
        const Micros end = start + load.duration;
        std::array<zmq::pollitem_t, 2> items{zmq::pollitem_t{listening_.handle(), 0, ZMQ_POLLIN, 0},
                                             zmq::pollitem_t{dialled_.handle(), 0, ZMQ_POLLIN, 0}};
        Tally tally;
        double cpu_before = own_cpu_seconds();
        for (Micros now = clock_.monotonic(); now < end + kOverrun; now = clock_.monotonic()) {
            zmq::poll(items.data(), items.size(), kPollTime);
            const std::uint64_t moved =
                move_messages(listening_, dialled_) + move_messages(dialled_, listening_);
            if (now < start) cpu_before = own_cpu_seconds();
            if (now >= start && now < end) {
                tally.messages += moved;
                tally.cpu_seconds = own_cpu_seconds() - cpu_before;
            }
        }
        return tally;
    }

    Result<Tally> request(const Load& load, Micros start) {
        const Micros end = start + load.duration;
        const Bytes body(kRequestBytes, 1);
        Tally tally;
        std::deque<Micros> invoked;
        const auto invoke = [&] {
            invoked.push_back(clock_.monotonic());
            dialled_.send(zmq::buffer(body));
        };
        for (std::size_t lane = 0; lane < load.outstanding; ++lane) invoke();
        dialled_.set(zmq::sockopt::rcvtimeo, static_cast<int>(kPollTime.count()));
        zmq::message_t answer;
        for (Micros now = clock_.monotonic(); now < end; now = clock_.monotonic()) {
            if (!dialled_.recv(answer)) continue;
            const Micros arrived = clock_.monotonic();
            if (arrived >= start && arrived < end) {
                ++tally.updates;
                tally.latencies_us.push_back(
                    static_cast<std::uint32_t>((arrived - invoked.front()).count()));
            }
            invoked.pop_front();
            invoke();
        }
        return tally;
    }

    std::size_t number_;
    const SystemClock clock_;
    zmq::context_t context_;
    zmq::socket_t listening_;
    zmq::socket_t dialled_;
};

}  // namespace

Result<std::unique_ptr<Service>> RawForwarderService::start() {
    RawPath path;
    TRIBUTARY_TRY(path.keys, netlayer::generate_keys());
    TRIBUTARY_TRY(const int far_port, free_port());
    TRIBUTARY_TRY(const int forwarder_port, free_port());
    path.far_end = "tcp://127.0.0.1:" + std::to_string(far_port);
    path.forwarder = "tcp://127.0.0.1:" + std::to_string(forwarder_port);
    return std::make_unique<RawForwarderService>(std::move(path));
}

Result<std::unique_ptr<Session>> RawForwarderService::connect(std::size_t number) {
    try {
        return std::make_unique<RawSession>(path_, number);
    } catch (const zmq::error_t& error) {
        return fail(Errc::io, std::string("the raw forwarder cannot start: ") + error.what());
    }
}

}  // namespace tributary::app
