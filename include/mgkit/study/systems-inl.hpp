// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/study/systems.hpp"

#include <cstddef>
#include <memory>

#include "mgkit/core/context.hpp"
#include "mgkit/core/parallel.hpp"
#include "mgkit/core/settings_text.hpp"
#include "mgkit/probe/baseline_dtw.hpp"

namespace MGKIT_NAMESPACE::study {

MGKIT_COLD_INLINE std::vector<probe::clip_view> views(const data::clip_set& clips) {
    std::vector<probe::clip_view> out;
    for (int i = 0; i < clips.size(); ++i) out.push_back(clips.clip(i));
    return out;
}

MGKIT_COLD_INLINE data::feature_table input_features(const data::clip_set& clips,
                                                     const encode::clip_input& input, int threads) {
    data::feature_table out{static_cast<std::size_t>(clips.size()), input.size(), {}};
    out.values.resize(out.rows * out.columns);
    parallel_for(threads, static_cast<std::ptrdiff_t>(out.rows), [&](std::ptrdiff_t i) {
        encode::clip_input::scratch work;
        input.write_whole(clips.clip(static_cast<int>(i)), out.row(static_cast<std::size_t>(i)),
                          work);
    });
    return out;
}

MGKIT_COLD_INLINE recipe linear_parts(const linear_choice& how) {
    if (const auto* sgd = std::get_if<probe::sgd_linear_settings>(&how))
        return {{"linear probe", "sgd_linear" + settings_text(*sgd)}};
    const std::string words = settings_text(std::get<ridge_settings>(how));
    return words == settings_text(ridge_settings{}) ? recipe()
                                                    : recipe{{"linear probe", "ridge" + words}};
}

MGKIT_COLD_INLINE parts_maker with_linear(parts_maker made_of, const linear_choice& how) {
    recipe further = linear_parts(how);
    if (further.parts().empty()) return made_of;
    return [made_of = std::move(made_of), further = std::move(further)](const task& t) {
        recipe out = made_of ? made_of(t) : recipe();
        return out.add(further);
    };
}

MGKIT_COLD_INLINE feature_maker remembered(feature_maker make) {
    struct last {
        std::string key;
        fold_features made;
    };
    return [make = std::move(make), kept = std::make_shared<last>()](const task& t) {
        std::string key =
            text(t.stream, "/", t.at.number, "/", t.seed, "/", t.at.made_of.key().hex());
        if (kept->key != key) {
            kept->key.clear();
            kept->made = make(t);
            kept->key = std::move(key);
        }
        return kept->made;
    };
}

MGKIT_COLD_INLINE feature_maker
from_input(std::function<encode::clip_input(const std::string&)> input_of, int threads) {
    return [input_of = std::move(input_of), threads](const task& t) {
        const encode::clip_input input = input_of(t.stream);
        return fold_features{input_features(t.at.train, input, threads),
                             input_features(t.at.test, input, threads)};
    };
}

MGKIT_COLD_INLINE parts_maker
input_parts(std::function<encode::clip_input(const std::string&)> input_of) {
    return [input_of = std::move(input_of)](const task& t) {
        return recipe{{"input", encode::input_text(input_of(t.stream))}};
    };
}

MGKIT_COLD_INLINE system majority_system() {
    return {.kind = feature_kind::majority, .run = [](const task& t) {
                const auto found =
                    probe::majority(t.at.train.labels, t.at.test.labels, t.at.classes());
                return answer{.knn = found, .linear = found};
            }};
}

MGKIT_COLD_INLINE system dtw_system(int threads) {
    return {.kind = feature_kind::dtw,
            .run =
                [threads](const task& t) {
                    const context ctx{.threads = threads};
                    const fold& at = t.at;
                    const auto found = probe::dtw_nearest(ctx, views(at.train), at.train.labels,
                                                          at.classes(), views(at.test));
                    return answer{
                        .knn = probe::evaluate(at.test.labels, found.predicted, at.classes())};
                },
            .streams = {"joint"}};
}

}  // namespace MGKIT_NAMESPACE::study
