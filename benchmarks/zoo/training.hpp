// SPDX-License-Identifier: MIT
// Ours and the peer trained to the end on the same people, clips and batches, fold by fold.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "mgkit/clip/prepare.hpp"
#include "mgkit/data/read_folder.hpp"
#include "mgkit/skeleton/graph.hpp"
#include "mgkit/train/batches.hpp"
#include "zoo/ours.hpp"
// LibTorch's own headers follow ours.
#include <torch/version.h>

#include "peers/blas_threads.hpp"
#include "zoo/theirs.hpp"

namespace bench {

struct training_settings {
    int epochs = 20, batch = 32, frames = 32, threads = 2;
    double rate = .1, weight_decay = 1e-4;
    std::uint64_t seed = 1;

    /// A tenth from three fifths and a hundredth from four fifths of the epochs, as the published
    /// codes do at 30 and 40 of 50.
    double rate_in(int epoch) const {
        return rate * (5 * epoch >= 4 * epochs ? .01 : 5 * epoch >= 3 * epochs ? .1 : 1);
    }
};

/// Five folds of a fifth of the people each, in the order of their numbers. Every accuracy is a
/// line of JSON in a file as soon as it is known; lines of the same settings are not computed
/// again.
class training_comparison {
public:
    static constexpr int folds = 5;

    training_comparison(const std::string& folder, std::string rows,
                        const training_settings& settings = {})
        : settings_(settings), rows_(std::move(rows)) {
        mgkit::clip::preprocess_settings prepare;
        prepare.frames = settings.frames;
        clips_ =
            mgkit::clip::prepare(prepare, mgkit::data::read_folder(folder).clips, settings.threads)
                .clips;
        mgkit::data::check_labelled(clips_);
        people_ = clips_.subjects;
        std::sort(people_.begin(), people_.end());
        people_.erase(std::unique(people_.begin(), people_.end()), people_.end());
        if (people_.size() < folds) throw std::runtime_error("zoo_torch train: too few people");
        std::ifstream known(rows_);
        for (std::string line; std::getline(known, line);) {
            const auto row = nlohmann::json::parse(line);
            accuracies_[row.at("of")] = row.at("accuracy");
        }
    }

    /// What the clips ask of an encoder.
    mgkit::nn::fact_map clip() const {
        const auto& s = clips_.shape;
        return {{"channels", std::to_string(mgkit::skeleton::channels(s.layout))},
                {"frames", std::to_string(s.frames)},
                {"joints", std::to_string(s.joints)},
                {"persons", std::to_string(s.persons)},
                {"graph", mgkit::skeleton::graph_text(mgkit::skeleton::graph_of(clips_.topology))}};
    }

    /// Prints accuracies, their differences and the 95 % interval of the mean difference over
    /// folds; false where ours is more than 5 points below.
    bool run(const mgkit::nn::fact_map& encoder) {
        std::vector<double> apart;
        for (int fold = 0; fold < folds; ++fold) {
            const double mine = accuracy(encoder, fold, true),
                         other = accuracy(encoder, fold, false);
            apart.push_back(100 * (mine - other));
            std::printf("%-10s fold %d, people %s: ours %.2f %%, peer %.2f %%, %+.2f points\n",
                        encoder.at("encoder").c_str(), fold + 1, names(fold).c_str(), 100 * mine,
                        100 * other, apart.back());
            std::fflush(stdout);
        }
        double mean = 0, spread = 0;
        for (const double d : apart) mean += d / folds;
        for (const double d : apart) spread += (d - mean) * (d - mean) / (folds - 1);
        constexpr double student = 2.776445;  // 97.5 % quantile for 4 degrees of freedom
        const double half = student * std::sqrt(spread / folds);
        std::printf("%-10s ours beside the peer: %+.2f points, 95 %% from %+.2f to %+.2f%s\n",
                    encoder.at("encoder").c_str(), mean, mean - half, mean + half,
                    mean < -5 ? "  BELOW BY MORE THAN 5" : "");
        return mean >= -5;
    }

private:
    using T = mgkit::eigen::tensor<float>;

    bool tested(int clip, int fold) const {
        const auto person = std::lower_bound(people_.begin(), people_.end(),
                                             clips_.subjects[static_cast<std::size_t>(clip)]) -
                            people_.begin();
        return person * folds / static_cast<std::ptrdiff_t>(people_.size()) == fold;
    }
    std::string names(int fold) const {
        std::string out;
        for (std::size_t p = 0; p < people_.size(); ++p)
            if (static_cast<int>(p * folds / people_.size()) == fold)
                out += (out.empty() ? "" : ",") + std::to_string(people_[p]);
        return out;
    }

    /// Values and labels of clips.
    struct part {
        std::vector<float> values;
        std::vector<int> labels;
    };
    part take(std::span<const int> clips) const {
        part out;
        for (const int i : clips) {
            const auto view = clips_.clip(i);
            out.values.insert(out.values.end(), view.values, view.values + view.shape.size());
            out.labels.push_back(clips_.labels[static_cast<std::size_t>(i)]);
        }
        return out;
    }

    /// Trains one code from ours' initial weights and scores the people left out.
    template <class Model>
    double train(Model& model, int fold) const {
        std::vector<int> learn, test;
        for (int i = 0; i < clips_.size(); ++i) (tested(i, fold) ? test : learn).push_back(i);
        const auto starts =
            mgkit::train::batch_starts(static_cast<int>(learn.size()), settings_.batch);
        for (int epoch = 0; epoch < settings_.epochs; ++epoch) {
            const auto order = mgkit::train::epoch_order(
                settings_.seed, static_cast<std::uint32_t>(epoch), static_cast<int>(learn.size()));
            for (std::size_t b = 0; b + 1 < starts.size(); ++b) {
                std::vector<int> rows;
                for (int i = starts[b]; i < starts[b + 1]; ++i)
                    rows.push_back(
                        learn[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])]);
                const part now = take(rows);
                const double loss = model.step(now.values, now.labels, settings_.rate_in(epoch));
                if (!std::isfinite(loss))
                    throw std::runtime_error("zoo_torch train: the loss is not finite");
            }
        }
        int right = 0;
        for (std::size_t at = 0; at < test.size(); at += 64) {
            const part now =
                take(std::span(test).subspan(at, std::min<std::size_t>(64, test.size() - at)));
            const auto scores = model.scores(now.values, now.labels.size());
            const auto classes = static_cast<std::ptrdiff_t>(scores.size() / now.labels.size());
            for (std::size_t i = 0; i < now.labels.size(); ++i) {
                const auto row = scores.begin() + static_cast<std::ptrdiff_t>(i) * classes;
                right += std::max_element(row, row + classes) - row == now.labels[i] ? 1 : 0;
            }
        }
        return static_cast<double>(right) / static_cast<double>(test.size());
    }

    double accuracy(const mgkit::nn::fact_map& encoder, int fold, bool ours) {
        std::string of = ours ? "ours" : std::string("torch ") + TORCH_VERSION;
        of += " on people " + names(fold) + " of " + clips_.about.name + ", " +
              std::to_string(settings_.epochs) + " epochs, seed " + std::to_string(settings_.seed);
        for (const auto& [name, value] : encoder) of += ", " + name + " " + value;
        if (const auto known = accuracies_.find(of); known != accuracies_.end())
            return known->second;

        const auto begun = std::chrono::steady_clock::now();
        at::set_num_threads(settings_.threads);
        set_blas_threads(settings_.threads);
        ours_classifier<T> start(encoder, clips_.classes(), settings_.threads, settings_.seed,
                                 settings_.weight_decay);
        double out = 0;
        if (ours) {
            out = train(start, fold);
        } else {
            peer_classifier<float> theirs(peer_settings(encoder), clips_.classes(),
                                          settings_.weight_decay);
            peer::set_values(*theirs.model, start.values());
            out = train(theirs, fold);
        }
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        std::ofstream file(rows_, std::ios::app);
        file << nlohmann::json{{"of", of}, {"accuracy", out}, {"seconds", seconds}} << std::endl;
        if (!file) throw std::runtime_error("zoo_torch train: cannot write " + rows_);
        return accuracies_[of] = out;
    }

    training_settings settings_;
    std::string rows_;
    mgkit::data::clip_set clips_;
    std::vector<int> people_;
    std::map<std::string, double> accuracies_;
};

}  // namespace bench
