// SPDX-License-Identifier: MIT
// Families: linear_probe, retrieval.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "golden/support.hpp"
#include "mgkit/probe/linear.hpp"
#include "mgkit/probe/neighbours.hpp"

namespace MGKIT_NAMESPACE::golden::probe_group {

template <class S>
data::basic_feature_table<S> table_of(const io::safetensors_file& file, const std::string& name) {
    const auto& extents = file.shape(name);
    return {static_cast<std::size_t>(extents.at(0)), static_cast<std::size_t>(extents.at(1)),
            file.read<S>(name)};
}

inline std::vector<int> labels_of(const io::safetensors_file& file, const std::string& name) {
    const auto stored = file.read<std::int64_t>(name);
    return {stored.begin(), stored.end()};
}

/// Compares one figure with a stored scalar.
template <class S>
void figure(checks& out, const io::safetensors_file& file, const std::string& name, S got,
            double tolerance) {
    const auto want = file.read<double>(name);
    out.close(name, std::span<const S>(&got, 1), std::span(want), tolerance);
}

/// Mean cross-entropy of class scores.
template <class S>
S cross_entropy_of(std::span<const S> scores, std::span<const int> labels) {
    const std::size_t classes = scores.size() / labels.size();
    S total = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const auto row = scores.subspan(i * classes, classes);
        const S most = *std::max_element(row.begin(), row.end());
        S sum = 0;
        for (const S v : row) sum += std::exp(v - most);
        total += std::log(sum) + most - row[static_cast<std::size_t>(labels[i])];
    }
    return total / static_cast<S>(labels.size());
}

/// Weights, losses and accuracies of every epoch. Float bound: up to fifty steps at a rate of up to
/// 2 keep weights and losses within 3e-5; accuracies are counts and exact.
template <class... Ts>
void linear_probe(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        context ctx;
        const double bound = std::is_same_v<S, float> ? 3e-5 : 1e-9;
        const auto train = table_of<S>(file, "input/features"),
                   val = table_of<S>(file, "input/val_features");
        const auto labels = labels_of(file, "input/labels"),
                   val_labels = labels_of(file, "input/val_labels");
        const int classes = config.at("classes").get<int>(),
                  epochs = config.at("epochs").get<int>(),
                  eval_every = config.at("eval_every").get<int>();

        probe::classifier_settings<train::sgd, train::step_schedule> settings;
        settings.optimiser = {.rate = config.at("lr").get<double>(),
                              .momentum = config.at("momentum").get<double>(),
                              .weight_decay = config.at("weight_decay").get<double>()};
        settings.schedule = {config.at("schedule").get<std::vector<int>>(),
                             config.at("gamma").get<double>()};
        settings.epochs = epochs;
        settings.batch = config.at("batch").get<int>();
        settings.shuffle = false;

        nn::linear<T> fc(nn::scope(ctx), config.at("D").get<int>(), classes);
        nn::load(ctx, fc, file, {.prefix = "param/fc."});

        std::vector<int> first_rows(std::min(train.rows, static_cast<std::size_t>(settings.batch)));
        for (std::size_t i = 0; i < first_rows.size(); ++i) first_rows[i] = static_cast<int>(i);
        const auto first = train.subset(first_rows);
        const std::vector<int> first_labels(labels.begin(), labels.begin() + first_rows.size());

        /// Loss and accuracies in percent, as `<prefix>loss<suffix>` and so on where recorded.
        const auto measure = [&](const data::basic_feature_table<S>& rows,
                                 const std::vector<int>& truth, const std::string& prefix,
                                 const std::string& suffix) {
            const auto given = probe::scores(ctx, fc, rows);
            const auto e = probe::evaluate_scores(truth, {given.begin(), given.end()}, classes);
            if (file.contains(prefix + "loss" + suffix))
                figure(out, file, prefix + "loss" + suffix, cross_entropy_of<S>(given, truth),
                       bound);
            figure(out, file, prefix + "acc1" + suffix, 100 * e.top1, 1e-12);
            figure(out, file, prefix + "acc5" + suffix, 100 * e.top5.value(), 1e-12);
            return 100 * e.top1;
        };
        double best = 0;
        measure(first, first_labels, "step/1/first_batch_", "");
        probe::train_classifier(ctx, fc, train, labels, settings, [&](int epoch) {
            const std::string at = text("step/", epoch + 1, "/");
            figure(out, file, at + "lr", settings.optimiser.rate * settings.schedule(epoch, epochs),
                   1e-12);
            expect(out, ctx, file, at + "fc.weight", fc.weight.value, bound);
            expect(out, ctx, file, at + "fc.bias", fc.bias.value, bound);
            measure(train, labels, at + "train_", "_after");
            const double accuracy = measure(val, val_labels, at + "val_", "");
            if ((epoch + 1) % eval_every == 0) best = std::max(best, accuracy);
            if (epoch + 1 < epochs)
                measure(first, first_labels, text("step/", epoch + 2, "/first_batch_"), "");
        });
        figure(out, file, "output/best_val_acc1", best, 1e-12);
    });
}

/// Float bounds: one rounding of each row's norm and one product over D, 1e-6; neighbours and votes
/// are the same in both precisions, as no two cosines of a query are that close.
template <class... Ts>
void retrieval(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        context ctx;
        const double bound = std::is_same_v<S, float> ? 1e-6 : 1e-9;
        const auto gallery = table_of<S>(file, "input/gallery"),
                   queries = table_of<S>(file, "input/query");
        const auto gallery_labels = labels_of(file, "input/gallery_labels"),
                   query_labels = labels_of(file, "input/query_labels");
        const int classes = config.at("classes").get<int>();

        const auto close = [&](const std::string& name, const auto& got, double tolerance) {
            const auto want = file.read<double>(name);
            out.close(name, std::span(got), std::span(want), tolerance);
        };
        close("output/gallery_norm", probe::normalised_rows<S>(gallery), bound);
        close("output/query_norm", probe::normalised_rows<S>(queries), bound);

        const auto found = probe::nearest<T>(ctx, gallery, queries, 10);
        close("output/top10", std::vector<double>(found.index.begin(), found.index.end()), 0);
        close("output/top10_cosine", std::vector<S>(found.cosine.begin(), found.cosine.end()),
              bound);
        for (const int k : config.at("ks").get<std::vector<int>>()) {
            const auto predicted =
                probe::vote(found, gallery_labels, classes, static_cast<std::size_t>(k));
            close(text("output/pred_k", k), std::vector<double>(predicted.begin(), predicted.end()),
                  0);
            figure(out, file, text("output/accuracy_k", k),
                   probe::evaluate(query_labels, predicted, classes).top1, 1e-12);
        }
        figure(out, file, "output/hit_at_5", probe::hit_at(found, gallery_labels, query_labels, 5),
               1e-12);
    });
}

template <class... Ts>
void add_families(std::vector<family>& families) {
    families.push_back({"linear_probe", linear_probe<Ts...>});
    families.push_back({"retrieval", retrieval<Ts...>});
}

}  // namespace MGKIT_NAMESPACE::golden::probe_group
