#include "classifier/svm/retention.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tributary::classifier {

namespace {

using Mask = std::vector<std::uint8_t>;

/// Adds a row of the object to the site's own rows. A row of the batch is one more record of the
/// pair; a row of the memory is not: it was counted when it was contributed.
/// @param seen  per own row, whether the object has named it already
void add_of_object(TrainingSet& set, const PreparedBatch& prepared, Mask& seen, FeatureRow row,
                   std::int8_t sign, std::uint8_t weight, double alpha) {
    const std::size_t at = set.find(row, sign);
    const bool is_memory = at >= prepared.batch_rows && at < prepared.own.size();
    if (is_memory && !seen[at]) {
        seen[at] = 1;
        set.put(at, weight, alpha);
    } else {
        set.add(row, sign, weight, alpha);
    }
}

/// Appends the batch to the pending records and keeps the newest.
Pending keep_pending(const Pending& pending, const TrainingBatch& batch, std::size_t width) {
    Pending next{FeatureMatrix(width), pending.sign};
    if (!batch.empty()) next.sign = batch.signs.front();
    const std::size_t old_rows = pending.features.rows();
    const std::size_t total = old_rows + batch.size();
    const std::size_t first = total > kPendingLimit ? total - kPendingLimit : 0;
    for (std::size_t i = first; i < total; ++i) {
        next.features.append(i < old_rows ? pending.features.row(i)
                                          : batch.features.row(i - old_rows));
    }
    return next;
}

/// Rows with a part in the solution.
std::vector<std::size_t> support(const Solution& solution) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < solution.alphas.size(); ++i) {
        if (static_cast<float>(solution.alphas[i]) > 0) rows.push_back(i);
    }
    return rows;
}

/// Marks noise; a class never loses more than half of its rows, worst margins first.
/// Vectors of the object stay: what looks like noise beside this site's records may be what another
/// site alone knows.
bool drop_noise(const TrainingSet& set, const Solution& solution, Mask& left_out) {
    bool dropped = false;
    for (const std::int8_t sign : {std::int8_t{1}, std::int8_t{-1}}) {
        std::vector<std::size_t> noise;
        std::size_t rows = 0;
        for (std::size_t i = 0; i < set.size(); ++i) {
            if (set.sign(i) != sign || left_out[i]) continue;
            ++rows;
            const bool inherited = set.alpha(i) > 0;
            if (!inherited && solution.margins[i] < kRampMargin) noise.push_back(i);
        }
        std::ranges::stable_sort(noise, {}, [&](std::size_t i) { return solution.margins[i]; });
        if (noise.size() > rows / 2) noise.resize(rows / 2);
        for (const std::size_t i : noise) left_out[i] = 1;
        dropped = dropped || !noise.empty();
    }
    return dropped;
}

/// Marks the worst margins over the budget; each class keeps at least one row.
/// @param final_cut  leave out every row that is no support vector too, so that the next solution
///                   cannot be larger than the budget
void cut_to_budget(const TrainingSet& set, const Solution& solution, std::size_t budget,
                   bool final_cut, Mask& left_out) {
    const std::vector<std::size_t> rows = support(solution);
    if (final_cut) {
        for (std::size_t i = 0; i < set.size(); ++i) {
            if (static_cast<float>(solution.alphas[i]) <= 0) left_out[i] = 1;
        }
    }
    std::vector<std::size_t> order = rows;
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return solution.margins[i]; });
    std::size_t positives = 0;
    for (const std::size_t i : rows) positives += set.sign(i) > 0 ? 1 : 0;
    std::size_t of_sign[2] = {rows.size() - positives, positives};
    std::size_t excess = rows.size() - budget;
    for (const std::size_t i : order) {
        if (excess == 0) break;
        std::size_t& left = of_sign[set.sign(i) > 0 ? 1 : 0];
        if (left <= 1) continue;
        left_out[i] = 1;
        --left;
        --excess;
    }
}

/// Solves, drops noise, solves again, until nothing is dropped and the budget holds.
Result<Solution> solve_bounded(Solver& solver, const TrainingSet& set,
                               const HyperParameters& parameters) {
    Mask left_out(set.size(), 0);
    std::vector<double> start(set.size());
    for (std::size_t i = 0; i < set.size(); ++i) start[i] = set.alpha(i);
    TRIBUTARY_TRY(Solution solution, solver.solve(left_out, start));
    for (int round = 0; round < kDropRounds; ++round) {
        if (!drop_noise(set, solution, left_out)) break;
        TRIBUTARY_TRY(solution, solver.solve(left_out, solution.alphas));
    }
    const std::size_t least = std::max<std::size_t>(std::min(parameters.budget, kVectorLimit), 2);
    for (int round = 1; round <= kDropRounds && support(solution).size() > least; ++round) {
        cut_to_budget(set, solution, least, round == kDropRounds, left_out);
        TRIBUTARY_TRY(solution, solver.solve(left_out, solution.alphas));
    }
    return solution;
}

void take_solution(Model& model, const TrainingSet& set, const Solution& solution) {
    model.vectors = FeatureMatrix(set.width());
    model.coefficients.clear();
    model.weights.clear();
    for (const std::size_t i : support(solution)) {
        model.vectors.append(set.row(i));
        model.coefficients.push_back(static_cast<float>(solution.alphas[i] * set.sign(i)));
        model.weights.push_back(set.weight(i));
    }
    model.rho = solution.rho;
    make_canonical(model);
}

Status check_fit(const Model& current, const PreparedBatch& prepared) {
    if (current.kind != ModelKind::svm_rbf) {
        return fail(Errc::mismatch, std::string("this engine trains svm-rbf, the object is ") +
                                        to_string(current.kind));
    }
    const std::size_t width = prepared.batch.features.width();
    if (!prepared.batch.empty() && width != current.width()) {
        return fail(Errc::mismatch, "the batch is " + std::to_string(width) +
                                        " features wide, the object " +
                                        std::to_string(current.width()) +
                                        ". Encode the batch with the schema of the object");
    }
    if (prepared.own.size() > 0 && prepared.own.width() != current.width()) {
        return fail(Errc::mismatch, "the site's memory is of another schema than the object");
    }
    return check_model(current);
}

}  // namespace

Costs class_costs(double cost, std::uint64_t positives, std::uint64_t negatives) {
    if (positives == 0 || negatives == 0) return {cost, cost};
    const double ratio = static_cast<double>(negatives) / static_cast<double>(positives);
    const double positive = std::clamp(std::sqrt(ratio), 1.0, kClassWeightLimit);
    const double negative = std::clamp(std::sqrt(1 / ratio), 1.0, kClassWeightLimit);
    return {cost * positive, cost * negative};
}

TrainingSet assemble(const Model& current, const PreparedBatch& prepared) {
    TrainingSet set = prepared.own.size() > 0 ? prepared.own : TrainingSet(current.width());
    Mask seen(prepared.own.size(), 0);
    for (std::size_t i = 0; i < current.coefficients.size(); ++i) {
        const float value = current.coefficients[i];
        add_of_object(set, prepared, seen, current.vectors.row(i),
                      value > 0 ? std::int8_t{1} : std::int8_t{-1}, current.weights[i],
                      std::fabs(value));
    }
    for (std::size_t i = 0; i < current.pending.features.rows(); ++i) {
        add_of_object(set, prepared, seen, current.pending.features.row(i), current.pending.sign, 1,
                      0);
    }
    return set;
}

Result<Model> RetentionEngine::update(const Model& current, const PreparedBatch& prepared) const {
    TRIBUTARY_CHECK(check_fit(current, prepared));
    if (prepared.changes_nothing()) return current;
    Model next = current;
    next.seen_positive += prepared.positives;
    next.seen_negative += prepared.negatives;
    const TrainingSet set = assemble(current, prepared);
    if (set.count(1) == 0 || set.count(-1) == 0) {
        next.pending = keep_pending(current.pending, prepared.batch, current.width());
        return next;
    }
    const Costs costs = class_costs(next.parameters.cost, next.seen_positive, next.seen_negative);
    TRIBUTARY_TRY(const std::unique_ptr<Solver> solver, make_solver(set, costs, next.parameters));
    TRIBUTARY_TRY(const Solution solution, solve_bounded(*solver, set, next.parameters));
    next.cost_positive = costs.positive;
    next.cost_negative = costs.negative;
    next.pending = Pending{FeatureMatrix(current.width()), 0};
    take_solution(next, set, solution);
    TRIBUTARY_CHECK(check_model(next));
    return next;
}

}  // namespace tributary::classifier
