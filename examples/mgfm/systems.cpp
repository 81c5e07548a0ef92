// SPDX-License-Identifier: MIT
#include "systems.hpp"

#include <memory>
#include <utility>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/study/linear.hpp"
#include "mgkit/study/systems.hpp"

namespace mgfm {

using namespace mgkit;
using study::feature_kind;

namespace {

using tensor = eigen::tensor<float>;

}  // namespace

study::system summary_system(int threads, const study::linear_choice& how) {
    return study::summary_system<tensor>(threads, how);
}
study::system raw_system(input_of_stream input, int threads, const study::linear_choice& how) {
    return study::raw_system<tensor>(std::move(input), threads, how);
}
study::system dtw_system(int threads) {
    return study::dtw_system(threads);
}
study::system shuffled_system(study::feature_maker make, study::parts_maker made_of, int threads,
                              std::vector<std::uint64_t> seeds, const study::linear_choice& how) {
    return study::shuffled_system<tensor>(std::move(make), std::move(made_of), threads,
                                          std::move(seeds), how);
}

study::linear_choice linear_named(const std::string& name) {
    if (name == "sgd") return probe::sgd_linear_settings{};
    return study::ridge_settings{};
}

study::answer probed(const study::fold& at, const study::fold_features& features, int threads) {
    return probed(at, features, threads, {});
}
study::answer probed(const study::fold& at, const study::fold_features& features, int threads,
                     const study::linear_choice& how) {
    return study::probed<tensor>(at, features, at.train.labels, threads, how);
}
study::answer searched(const study::fold& at, const study::fold_features& features, int threads) {
    return study::searched<tensor>(at, features, threads);
}

namespace {

/// What a probe keeps from its training.
struct fitted_probe {
    context ctx;
    study::trained_classes trained;
    double ridge;
    probe::standardiser scale;
    nn::linear<tensor> fc;

    fitted_probe(const study::fold& at, const data::feature_table& train, int threads)
        : ctx{.threads = threads},
          trained(at.train.labels),
          ridge(study::choose_ridge<tensor>(ctx, at, train, at.train.labels)),
          scale(train),
          fc(nn::scope(ctx, "fc"), static_cast<extent>(train.columns), trained.count(), 0.01) {
        probe::train_classifier(ctx, fc, scale(train), trained.labels,
                                probe::softmax_regression(ridge));
    }
};

}  // namespace

trained_probe trained_on(const study::fold& at, const data::feature_table& train, int threads) {
    auto fitted = std::make_shared<fitted_probe>(at, train, threads);
    const double ridge = fitted->ridge;
    return {[fitted = std::move(fitted), classes = at.classes()](const data::feature_table& of) {
                return fitted->trained.widened(
                    probe::scores(fitted->ctx, fitted->fc, fitted->scale(of)), classes);
            },
            ridge};
}

probe::reidentification reidentified(const data::clip_set& clips,
                                     const data::feature_table& features,
                                     std::span<const int> recordings,
                                     const probe::reidentify_settings& settings, int threads) {
    context ctx{.threads = threads};
    return probe::reidentify<tensor>(ctx, clips, features, recordings, settings);
}

std::vector<study::system> compare(const compared& what, judge how, int threads) {
    const auto judged = [how, threads](feature_kind kind, study::feature_maker make,
                                       std::uint64_t seed) {
        return study::system{
            .kind = kind,
            .run = [make = std::move(make), how,
                    threads](const study::task& t) { return how(t.at, make(t), threads); },
            .seeds = {seed}};
    };
    std::vector<study::system> out{study::majority_system()};
    if (!what.plain) {
        const auto input = [input = what.input](const std::string&) { return input; };
        out.push_back(judged(feature_kind::raw, study::from_input(input, threads), 0));
    }
    if (what.random && (!what.plain || !what.pretrained))
        out.push_back(judged(feature_kind::random, what.random, 1));
    if (what.pretrained) out.push_back(judged(feature_kind::pretrained, what.pretrained, 0));
    return out;
}

}  // namespace mgfm
