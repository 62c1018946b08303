#include "netlayer/simulation/central.hpp"

#include <deque>
#include <map>
#include <queue>

#include "netlayer/simulation/history.hpp"
#include "netlayer/simulation/load.hpp"
#include "netlayer/simulation/network.hpp"
#include "netlayer/simulation/pace.hpp"
#include "netlayer/simulation/records.hpp"
#include "netlayer/simulation/verdict.hpp"

namespace tributary::netlayer {
namespace {

using namespace simulation;

class Central {
 public:
    explicit Central(const SimulationOptions& options)
        : options_(options),
          random_(Random(options.seed).split("workload")),
          network_(Random(options.seed).split("network")) {
        for (std::size_t i = 0; i < options.objects; ++i) {
            const ObjectId id = object_name(i);
            objects_[id] = Object{id, 0, nullptr};
        }
    }

    SimulationReport run() {
        for (ProcessId client = 1; client <= options_.processes; ++client) {
            lives_[client] = history_.begin_life(client, 1);
            plan(network_.delay(), Step::invoke, client, 0);
        }
        while (!due_.empty()) {
            const Due due = due_.top();
            due_.pop();
            now_ = due.at;
            ++report_.events;
            perform(due);
        }
        return finish();
    }

 private:
    enum class Step { invoke, arrive, computed, answered };
    struct Due {
        Micros at{0};
        std::uint64_t order = 0;  ///< of what is due at the same time
        Step step = Step::invoke;
        ProcessId client = 0;
        OperationId operation = 0;

        friend bool operator<(const Due& a, const Due& b) {  // the earliest on top
            return a.at != b.at ? a.at > b.at : a.order > b.order;
        }
    };

    void plan(Micros after, Step step, ProcessId client, OperationId operation) {
        due_.push({now_ + after, ++planned_, step, client, operation});
    }

    void perform(const Due& due) {
        switch (due.step) {
            case Step::invoke: invoke(due.client); break;
            case Step::arrive: arrive(due); break;
            case Step::computed: computed(due); break;
            case Step::answered: answered(due); break;
        }
    }

    void invoke(ProcessId client) {
        if (updates_ >= options_.operations) return;
        Operation operation = next_operation(options_, random_);
        operation.life = lives_.at(client);
        operation.invoked = now_;
        updates_ += operation.kind == Kind::update ? 1 : 0;
        plan(network_.delay(), Step::arrive, client, history_.invoke(std::move(operation)).id);
    }

    void arrive(const Due& due) {
        const Operation& operation = history_.at(due.operation);
        if (operation.kind == Kind::update) {
            waiting_.push_back(due);
            if (waiting_.size() == 1) compute();
        } else {
            see(due.operation);
            plan(network_.delay(), Step::answered, due.client, due.operation);
        }
    }

    /// Runs the program of the first update that waits.
    void compute() {
        const Due& first = waiting_.front();
        plan(work_time(options_, history_.at(first.operation), random_), Step::computed,
             first.client, first.operation);
    }

    void computed(const Due& due) {
        see(due.operation);
        for (const ObjectId& id : history_.at(due.operation).writes) {
            Object& object = objects_.at(id);
            object.body = with_value(object.body, due.operation);
            ++object.version;
        }
        plan(network_.delay(), Step::answered, due.client, due.operation);
        waiting_.pop_front();
        if (!waiting_.empty()) compute();
    }

    void see(OperationId id) {
        Operation& operation = history_.at(id);
        for (const ObjectId& object : operation.objects) {
            operation.read[object] = objects_.at(object);
        }
    }

    void answered(const Due& due) {
        Operation& operation = history_.at(due.operation);
        operation.outcome = Outcome::completed;
        operation.completed = now_;
        ++(operation.kind == Kind::update ? report_.operations : report_.reads);
        plan(Micros{1}, Step::invoke, due.client, 0);
    }

    SimulationReport finish() {
        report_.seed = options_.seed;
        report_.invoked = updates_;
        std::vector<Object> final;
        for (const auto& [id, object] : objects_) final.push_back(object);
        Judgement judgement = judge(history_, final);
        report_.violations = std::move(judgement.violations);
        report_.durable = judgement.durable;
        report_.lost = judgement.lost;
        measure_pace(history_, report_);
        if (options_.keep_history) report_.history = records(history_, judgement.counted);
        return std::move(report_);
    }

    const SimulationOptions& options_;
    Random random_;
    Network network_;
    History history_;
    SimulationReport report_;
    std::map<ProcessId, std::size_t> lives_;
    std::map<ObjectId, Object> objects_;
    std::priority_queue<Due> due_;
    std::deque<Due> waiting_;  ///< updates at the server; the first one is computing
    std::uint64_t planned_ = 0;
    std::size_t updates_ = 0;
    Micros now_{0};
};

}  // namespace

SimulationReport simulate_central(const SimulationOptions& options) {
    return Central(options).run();
}

}  // namespace tributary::netlayer
