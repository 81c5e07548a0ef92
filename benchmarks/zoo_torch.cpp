// SPDX-License-Identifier: MIT
// Graph and recurrent encoders beside the same networks written with torch::nn (peers/), by what
// they compute; bench_zoo.cpp times them.
//
//   zoo_torch references FOLDER          the peers beside recorded passes of the published codes
//   zoo_torch parity [NAME...]           50 steps from the same weights on the same batches, double
//   zoo_torch sizes [NAME...]            parameters and multiply-adds, ours beside the peer's
//   zoo_torch train DATA FILE [NAME...]  both trained on five folds; done rows are in FILE
//   zoo_torch profile NAME               where the peer's time goes, by operator
//
// key=value changes a setting of the encoders. Ends with 1 where something differs more than it
// may.
#include "zoo/golden.hpp"
#include "zoo/parity.hpp"
#include "zoo/profile.hpp"
#include "zoo/training.hpp"

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

using mgkit::nn::fact_map;

struct arguments {
    std::vector<std::string> names;
    fact_map settings;
};

arguments read(char** from, char** end) {
    arguments out;
    for (; from != end; ++from) {
        const std::string word = *from;
        if (const auto at = word.find('='); at != word.npos)
            out.settings[word.substr(0, at)] = word.substr(at + 1);
        else
            out.names.push_back(word);
    }
    return out;
}

/// All settings of an encoder: `first` over `otherwise` over its defaults.
fact_map complete(const std::string& encoder, const fact_map& first, fact_map otherwise) {
    for (const auto& [name, value] : first) otherwise[name] = value;
    using T = mgkit::eigen::tensor<float>;
    return mgkit::encode::complete_settings<mgkit::encode::all<T>>(
        bench::settings_among<T>(encoder, otherwise), "zoo_torch");
}

/// Small enough for double precision, with every kind of block.
fact_map small() {
    fact_map out = bench::published_clip();
    for (const auto& [name, value] : fact_map{{"frames", "16"}, {"width", "16"}, {"hidden", "32"}})
        out[name] = value;
    return out;
}

int run(const std::string& mode, const arguments& given) {
    const auto names = [&](std::vector<std::string> otherwise, std::size_t from = 0) {
        if (given.names.size() <= from) return otherwise;
        return std::vector(given.names.begin() + static_cast<std::ptrdiff_t>(from),
                           given.names.end());
    };
    bool good = true;
    if (mode == "references" && given.names.size() == 1) {
        good = bench::peers_are_the_references(given.names[0]);
    } else if (mode == "parity") {
        for (const auto& name : names({"st_gcn", "aagcn", "ctr_gcn", "bigru"}))
            good = bench::same_training(complete(name, given.settings, small())) && good;
    } else if (mode == "sizes") {
        for (const auto& name : names(bench::with_peers()))
            good =
                bench::same_size(complete(name, given.settings, bench::published_clip())) && good;
    } else if (mode == "train" && given.names.size() >= 2) {
        bench::training_settings how;
        fact_map changes = given.settings;
        if (const auto epochs = changes.extract("epochs")) how.epochs = std::stoi(epochs.mapped());
        if (const auto frames = changes.extract("frames")) how.frames = std::stoi(frames.mapped());
        bench::training_comparison compare(given.names[0], given.names[1], how);
        for (const auto& name : names({"st_gcn", "ctr_gcn"}, 2)) {
            fact_map settings = compare.clip();
            settings["width"] = "16";  // a quarter of the published
            good = compare.run(complete(name, changes, settings)) && good;
        }
    } else if (mode == "profile" && given.names.size() == 1) {
        bench::print_profile(complete(given.names[0], given.settings, bench::published_clip()));
    } else {
        std::fprintf(stderr,
                     "zoo_torch references FOLDER | parity | sizes | train DATA FILE | "
                     "profile NAME; see the head of zoo_torch.cpp\n");
        return 2;
    }
    return good ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
    try {
        return run(count > 1 ? words[1] : "",
                   count > 1 ? read(words + 2, words + count) : arguments{});
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "%s\n", problem.what());
        return 2;
    }
}
